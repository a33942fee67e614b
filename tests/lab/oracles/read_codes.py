"""Reads the QR codes in pictures with a decoder that has never seen this project: one line of JSON a file."""

import json
import sys

import PIL.Image
import zxingcpp

for name in sys.argv[1:]:
    found = zxingcpp.read_barcodes(PIL.Image.open(name).convert("L"))
    print(json.dumps([code.text for code in found if code.format == zxingcpp.BarcodeFormat.QRCode]))
