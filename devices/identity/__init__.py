"""Readers of identity documents, the pure parts they are made of, and simulators beneath them.

`samv_reader.SamvReader` reads resident cards and their three relatives on a serial line, `pcsc.PcscReader` social
security cards behind pcscd, and identity cards where the reader has a security module. Beneath them stand in
`samv_sim.SamvSim`, and the cards of `social_card_sim` and `chip_sims` in a `private_pcscd.PrivatePcscd`.
"""
