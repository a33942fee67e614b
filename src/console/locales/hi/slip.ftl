### काग़ज़: भुगतान कोड, भुगतान, वापसी, शिफ़्ट का योग; और टेक्स्ट डिस्प्ले की दो पंक्तियाँ।

slip-until = { $date }, { $time } तक भुगतान करें
slip-date = { $day }/{ $month }/{ $year }
slip-note = यह बिल नहीं है। बिल भुगतान के बाद काउंटर से मिलेगा।
slip-receipt = बिल नं.
slip-register = काउंटर
slip-shift = शिफ़्ट
slip-at = समय
slip-bank-transaction = बैंक लेनदेन
slip-payment = भुगतान
slip-refunded = राशि वापस की गई
slip-of-payment = मूल भुगतान
slip-refunded-note = राशि उसी खाते में लौटेगी जिससे भुगतान हुआ था। समय बैंक पर निर्भर है।
slip-paid-note = यह बिल नहीं है।
slip-totals = शिफ़्ट का योग
slip-totals-paid = भुगतान
slip-totals-refunded = वापसी
slip-totals-late = देर से आए भुगतान
slip-totals-review = जाँच में
slip-totals-open = अधूरे
slip-totals-left = शेष
slip-printed-at = मुद्रित
line-scan = QR कोड स्कैन करें
poster-amount-comes = राशि अपने आप दिखेगी
poster-amount-typed = काउंटर पर दिखी राशि लिखें
