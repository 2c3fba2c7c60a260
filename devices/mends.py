"""What a person does about each code that a device's health may have, in plain words; pages translate it."""

MENDS = {
    "unavailable": "check that it is switched on and that its cable is plugged in",
    "protocol_error": "switch it off and on; if it happens again, check the line speed in the site file",
    "paper_out": "put in a new paper roll",
    "paper_near_end": "have a new paper roll ready",
    "cover_open": "close the printer's cover",
    "cutter_fault": "switch the printer off, free the cutter, switch it on",
    "card_unreadable": "lift the document and lay it again",
    "reader_fault": "the reader failed its own test: take it out of service and replace it",
    "scan_too_large": "scan fewer pages at a time, or raise pdf_limit_kb in the site file",
    "ocr_missing": 'install the extra "ocr", or set ocr = false in the site file; scanning works without it',
    "fault": "look at the device: its own display or lamps say more",
    "board_restarted": "nothing; if it happens often, check the board's power supply",
    "command_refused": "switch the board off and on; if it happens again, load its firmware anew",
    "wrong_firmware": "load the firmware that belongs to this release onto the board",
    "too_few_slots": "give the board fewer counters in the site file, or fit one with more slots",
    "book_unavailable": "read the kiosk's log, then mend its disk or move the offline_file away",
    "tickets_need_person": "call the visitors of these numbers by hand",
    "other_key": "put the same person_key_file on every kiosk and start them again",
    "bridge_stopped": "start the board bridge again",
}
