"""The camera process with toy eyes."""

import sys

from devices.cameras.worker import main
from tests.devices.cameras.toy_vision import ToyVision

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], ToyVision()))
