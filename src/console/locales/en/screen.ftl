### The buyer's screen. The Russian catalogue is the pattern: every language has the same keys.

## Numbers and money

decimal-mark = .
group-mark = ,
# How many digits are in the groups left of the last three.
group-size = 3
amount = { $currency }{ $number }
currency-RUB = ₽
currency-KZT = ₸
currency-KGS = KGS{"\u00A0"}
currency-BYN = BYN{"\u00A0"}
currency-INR = ₹
currency-USD = $
currency-EUR = €
currency-other = { $code }{"\u00A0"}

## Waiting

idle-title = Pay by QR code
idle-text = Your code will appear on this screen
preparing-title = Preparing your code
preparing-text = This takes a few seconds

## The code

code-title = Scan the code with your phone
code-text = The code is valid for a limited time
pay-label = To pay
symbol-label = QR code to pay by
step-open = Open your bank’s app
step-scan = Point the camera at the code
step-confirm = Confirm the payment
time-left = Code valid for
cancel-button = Cancel payment
try_declined-title = The bank declined the payment.
try_declined-text = The code is still valid: try again or choose another account.

## Not known yet

checking-title = Checking your payment
checking-text = If you have already paid, do not pay again. Please wait a moment.
processing-title = Payment in progress
processing-text = Confirm the payment in your bank’s app and wait for the answer

## Outcome

paid-title = Paid
paid-text = Thank you for your purchase!
declined-title = Payment declined
declined-text = The bank did not make the payment. Please choose another way to pay.
expired-title = Time is up
expired-text = This code is no longer valid. Please start the payment again.
cancelled-title = Payment cancelled
cancelled-text = This code is no longer valid
failed-title = Payment failed
failed-text = Try again or choose another way to pay
failed-text-bank_unavailable = The bank does not answer. Try again or choose another way to pay.
failed-text-amount_out_of_range = This amount can’t be paid by QR code. Please choose another way to pay.
review-title = Please ask for help
review-text = Do not pay again. Call a member of staff.
uncertain-note = Do not scan the old code. If money is taken, the shop will return or accept it.
test-banner = TEST, NOT PAID

## Trouble

unavailable-title = QR payment is not available
unavailable-text = Choose another way to pay or call a member of staff
offline-title = No connection
offline-text = This screen will reconnect by itself. If you have already paid, do not pay again.
reconnecting = Reconnecting…
languages-label = Language
rate-label = How was your shopping?
rate-thanks = Thank you for your rating!
rate-1 = Bad
rate-2 = So-so
rate-3 = Good
