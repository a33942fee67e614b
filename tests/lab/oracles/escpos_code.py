"""The commands of a code drawn by a printer's firmware, as python-escpos writes them, in hex: payload, module."""

import sys

from escpos.printer import Dummy

printer = Dummy()
printer.qr(sys.argv[1], ec=1, size=int(sys.argv[2]), model=2, native=True, center=False)
print(printer.output.hex())
