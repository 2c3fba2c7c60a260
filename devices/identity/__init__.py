"""Readers of identity documents, the pure parts they are made of, and simulators beneath them.

`samv_reader.SamvReader` reads resident cards, `pcsc.PcscReader` social security cards; `samv_sim.SamvSim` and
`social_card_sim.SocialCardSim` in a `private_pcscd.PrivatePcscd` stand in for the things themselves.
"""
