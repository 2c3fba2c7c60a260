"""CRC-16 with the reflected polynomial A001: Modbus begins at FFFF, Onbon's cards at 0.

Source: Modicon, "Modbus Protocol Reference Guide", appendix C.
"""

MODBUS_START = 0xFFFF


def _step(value: int) -> int:
    for _bit in range(8):
        value = (value >> 1) ^ 0xA001 if value & 1 else value >> 1
    return value


_TABLE = tuple(_step(byte) for byte in range(256))


def crc16(data: bytes, start: int = 0) -> int:
    """The checksum of some bytes, 0 to 65535: "123456789" gives BB3D from 0 and 4B37 from FFFF."""
    value = start
    for byte in data:
        value = (value >> 8) ^ _TABLE[(value ^ byte) & 0xFF]
    return value
