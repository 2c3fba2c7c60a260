from devices.crc16 import MODBUS_START, crc16


def test_the_check_values_of_both_kinds():
    assert crc16(b"123456789") == 0xBB3D
    assert crc16(b"123456789", MODBUS_START) == 0x4B37
    assert crc16(b"") == 0
