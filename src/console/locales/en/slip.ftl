### Paper: the code to pay by, paid, refunded, end of shift; and the two lines of a line display.

slip-until = Pay by { $time }, { $date }
slip-date = { $day }/{ $month }/{ $year }
slip-note = This is not a fiscal receipt. The till issues it after the payment.
slip-receipt = Receipt
slip-register = Till
slip-shift = Shift
slip-at = When
slip-bank-transaction = Bank transaction
slip-payment = Payment
slip-refunded = Refund completed
slip-of-payment = Of the payment
slip-refunded-note = The money returns to where it was paid from. How soon depends on the bank.
slip-paid-note = This is not a fiscal receipt.
slip-totals = End of shift
slip-totals-paid = Paid
slip-totals-refunded = Refunded
slip-totals-late = Late money
slip-totals-review = In review
slip-totals-open = Not finished
slip-totals-left = Left
slip-printed-at = Printed
line-scan = Scan the QR code
poster-amount-comes = The amount appears by itself
poster-amount-typed = Type the amount that the till shows
