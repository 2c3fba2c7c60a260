"""The kiosk's screens as one table. What the table lacks is refused; docs/kiosk-flow.md is drawn from it."""

from enum import StrEnum


class Screen(StrEnum):
    """What the visitor sees."""

    STARTING = "starting"
    IDLE = "idle"
    SERVER_AWAY = "server_away"
    READING = "reading"
    CARD_ERROR = "card_error"
    CHOOSE_QUEUE = "choose_queue"
    CHOOSE_MATTER = "choose_matter"
    STILL_THERE = "still_there"
    CHECKING_PAPER = "checking_paper"
    OUT_OF_PAPER = "out_of_paper"
    COVER_OPEN = "cover_open"
    PRINTER_GONE = "printer_gone"
    ISSUING = "issuing"
    NO_ANSWER = "no_answer"
    REFUSED = "refused"
    PRINTING = "printing"
    TICKET = "ticket"
    NO_PAPER_TICKET = "no_paper_ticket"
    TAKE_AWAY = "take_away"


class Step(StrEnum):
    """What can happen to a visit. An event becomes a step in `kiosk.flow.visit.step_of`."""

    LOADED = "loaded"
    SERVER_LOST = "server_lost"
    GO_ON_ALONE = "go_on_alone"  # the server is lost, and the kiosk has numbers of its own
    CARD_NOTICED = "card_noticed"
    CARD_GONE = "card_gone"
    CARD_READ = "card_read"
    CARD_FAILED = "card_failed"
    BEGIN = "begin"
    CHOOSE_QUEUE = "choose_queue"
    CHOOSE_MATTER = "choose_matter"
    TURN_PAGE = "turn_page"
    SWITCH_LANGUAGE = "switch_language"
    GO_BACK = "go_back"
    START_OVER = "start_over"
    STAY_AT_QUEUES = "stay_at_queues"
    STAY_AT_MATTERS = "stay_at_matters"
    PAPER_READY = "paper_ready"
    PAPER_OUT = "paper_out"
    COVER_OPEN = "cover_open"
    PRINTER_GONE = "printer_gone"
    TAKE_ON_SCREEN = "take_on_screen"
    TRY_AGAIN = "try_again"
    DRAWN = "drawn"
    DRAWN_FOR_SCREEN = "drawn_for_screen"
    REFUSED = "refused"
    UNANSWERED = "unanswered"
    PRINTED = "printed"
    NOT_PRINTED = "not_printed"
    FINISH = "finish"
    TIME_UP = "time_up"


_NO_PAPER = {  # asked before a number is drawn: nothing is burnt, and the visitor decides
    Step.TRY_AGAIN: Screen.CHECKING_PAPER,
    Step.TAKE_ON_SCREEN: Screen.ISSUING,
    Step.START_OVER: Screen.IDLE,
    Step.TIME_UP: Screen.IDLE,
}

TABLE: dict[Screen, dict[Step, Screen]] = {
    Screen.STARTING: {
        Step.LOADED: Screen.IDLE,
        Step.GO_ON_ALONE: Screen.IDLE,
        Step.SERVER_LOST: Screen.SERVER_AWAY,
        Step.TIME_UP: Screen.SERVER_AWAY,
    },
    Screen.IDLE: {
        Step.SERVER_LOST: Screen.SERVER_AWAY,
        Step.CARD_NOTICED: Screen.READING,
        Step.CARD_READ: Screen.CHOOSE_QUEUE,
        Step.CARD_FAILED: Screen.CARD_ERROR,
        Step.BEGIN: Screen.CHOOSE_QUEUE,
        Step.SWITCH_LANGUAGE: Screen.IDLE,
        Step.TIME_UP: Screen.IDLE,
    },
    Screen.SERVER_AWAY: {
        Step.LOADED: Screen.IDLE,
        Step.GO_ON_ALONE: Screen.IDLE,
        Step.SWITCH_LANGUAGE: Screen.SERVER_AWAY,
        Step.TIME_UP: Screen.SERVER_AWAY,
    },
    Screen.READING: {
        Step.CARD_READ: Screen.CHOOSE_QUEUE,
        Step.CARD_FAILED: Screen.CARD_ERROR,
        Step.CARD_GONE: Screen.IDLE,
        Step.TIME_UP: Screen.CARD_ERROR,
    },
    Screen.CARD_ERROR: {  # CARD_FAILED is not here: a document left lying must not hold the screen for ever
        Step.CARD_NOTICED: Screen.READING,
        Step.CARD_READ: Screen.CHOOSE_QUEUE,
        Step.BEGIN: Screen.CHOOSE_QUEUE,
        Step.START_OVER: Screen.IDLE,
        Step.TIME_UP: Screen.IDLE,
    },
    Screen.CHOOSE_QUEUE: {
        Step.CARD_READ: Screen.CHOOSE_QUEUE,
        Step.CHOOSE_QUEUE: Screen.CHOOSE_MATTER,
        Step.TURN_PAGE: Screen.CHOOSE_QUEUE,
        Step.SWITCH_LANGUAGE: Screen.CHOOSE_QUEUE,
        Step.START_OVER: Screen.IDLE,
        Step.TIME_UP: Screen.STILL_THERE,
    },
    Screen.CHOOSE_MATTER: {
        Step.CARD_READ: Screen.CHOOSE_MATTER,
        Step.CHOOSE_MATTER: Screen.CHECKING_PAPER,
        Step.TURN_PAGE: Screen.CHOOSE_MATTER,
        Step.SWITCH_LANGUAGE: Screen.CHOOSE_MATTER,
        Step.GO_BACK: Screen.CHOOSE_QUEUE,
        Step.START_OVER: Screen.IDLE,
        Step.TIME_UP: Screen.STILL_THERE,
    },
    Screen.STILL_THERE: {
        Step.STAY_AT_QUEUES: Screen.CHOOSE_QUEUE,
        Step.STAY_AT_MATTERS: Screen.CHOOSE_MATTER,
        Step.START_OVER: Screen.IDLE,
        Step.TIME_UP: Screen.IDLE,
    },
    Screen.CHECKING_PAPER: {
        Step.PAPER_READY: Screen.ISSUING,
        Step.PAPER_OUT: Screen.OUT_OF_PAPER,
        Step.COVER_OPEN: Screen.COVER_OPEN,
        Step.PRINTER_GONE: Screen.PRINTER_GONE,
        Step.TIME_UP: Screen.PRINTER_GONE,  # silence is not paper
    },
    Screen.OUT_OF_PAPER: dict(_NO_PAPER),
    Screen.COVER_OPEN: dict(_NO_PAPER),
    Screen.PRINTER_GONE: dict(_NO_PAPER),
    Screen.ISSUING: {
        Step.DRAWN: Screen.PRINTING,
        Step.DRAWN_FOR_SCREEN: Screen.NO_PAPER_TICKET,
        Step.REFUSED: Screen.REFUSED,
        Step.UNANSWERED: Screen.NO_ANSWER,
        Step.TIME_UP: Screen.NO_ANSWER,
    },
    Screen.NO_ANSWER: {  # no way back to the choice: the number may be drawn, and asking again gives that one
        Step.DRAWN: Screen.PRINTING,
        Step.DRAWN_FOR_SCREEN: Screen.NO_PAPER_TICKET,
        Step.REFUSED: Screen.REFUSED,
        Step.TRY_AGAIN: Screen.ISSUING,
        Step.START_OVER: Screen.IDLE,
        Step.TIME_UP: Screen.IDLE,
    },
    Screen.REFUSED: {
        Step.GO_BACK: Screen.CHOOSE_QUEUE,
        Step.START_OVER: Screen.IDLE,
        Step.TIME_UP: Screen.IDLE,
    },
    Screen.PRINTING: {
        Step.PRINTED: Screen.TICKET,
        Step.NOT_PRINTED: Screen.NO_PAPER_TICKET,
        Step.TIME_UP: Screen.NO_PAPER_TICKET,
    },
    Screen.TICKET: {
        Step.FINISH: Screen.TAKE_AWAY,
        Step.CARD_READ: Screen.CHOOSE_QUEUE,  # the next visitor is already here
        Step.TIME_UP: Screen.TAKE_AWAY,
    },
    Screen.NO_PAPER_TICKET: {
        Step.PRINTED: Screen.TICKET,  # the paper came after all
        Step.FINISH: Screen.TAKE_AWAY,
        Step.TIME_UP: Screen.TAKE_AWAY,
    },
    Screen.TAKE_AWAY: {
        Step.CARD_READ: Screen.CHOOSE_QUEUE,
        Step.FINISH: Screen.IDLE,
        Step.TIME_UP: Screen.IDLE,
    },
}
