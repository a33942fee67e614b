### ख़रीदार की स्क्रीन। रूसी सूची नमूना है: हर भाषा में वही कुंजियाँ हैं।

## संख्याएँ और पैसे

decimal-mark = .
group-mark = ,
group-size = 2
amount = { $currency }{ $number }
currency-RUB = ₽
currency-KZT = ₸
currency-KGS = KGS{"\u00A0"}
currency-BYN = BYN{"\u00A0"}
currency-INR = ₹
currency-USD = $
currency-EUR = €
currency-other = { $code }{"\u00A0"}

## प्रतीक्षा

idle-title = QR कोड से भुगतान
idle-text = भुगतान का कोड इसी स्क्रीन पर दिखेगा
preparing-title = कोड तैयार हो रहा है
preparing-text = इसमें कुछ सेकंड लगेंगे

## कोड

code-title = फ़ोन के कैमरे से कोड स्कैन करें
code-text = कोड सीमित समय तक मान्य है
pay-label = देय राशि
symbol-label = भुगतान के लिए QR कोड
step-open = अपने बैंक का ऐप खोलें
step-scan = कैमरा कोड की ओर करें
step-confirm = भुगतान की पुष्टि करें
time-left = कोड का शेष समय
cancel-button = भुगतान रद्द करें
try_declined-title = बैंक ने भुगतान अस्वीकार किया।
try_declined-text = कोड अब भी मान्य है: फिर से प्रयास करें या दूसरा खाता चुनें।

## अभी पता नहीं

checking-title = भुगतान की जाँच हो रही है
checking-text = यदि आप भुगतान कर चुके हैं, तो दोबारा भुगतान न करें। कृपया थोड़ा रुकें।
processing-title = भुगतान हो रहा है
processing-text = बैंक के ऐप में भुगतान की पुष्टि करें और उत्तर की प्रतीक्षा करें

## परिणाम

paid-title = भुगतान हो गया
paid-text = ख़रीदारी के लिए धन्यवाद!
declined-title = भुगतान अस्वीकार हुआ
declined-text = बैंक ने भुगतान पूरा नहीं किया। कृपया भुगतान का दूसरा तरीका चुनें।
expired-title = समय समाप्त
expired-text = यह कोड अब मान्य नहीं है। कृपया भुगतान फिर से शुरू करें।
cancelled-title = भुगतान रद्द हुआ
cancelled-text = यह कोड अब मान्य नहीं है
failed-title = भुगतान नहीं हो सका
failed-text = फिर से प्रयास करें या भुगतान का दूसरा तरीका चुनें
failed-text-bank_unavailable = बैंक उत्तर नहीं दे रहा है। फिर से प्रयास करें या भुगतान का दूसरा तरीका चुनें।
failed-text-amount_out_of_range = यह राशि QR कोड से नहीं दी जा सकती। कृपया भुगतान का दूसरा तरीका चुनें।
review-title = कर्मचारी की सहायता चाहिए
review-text = दोबारा भुगतान न करें। दुकान के कर्मचारी को बुलाएँ।
uncertain-note = पुराना कोड स्कैन न करें। यदि पैसे कट जाएँ, तो दुकान उन्हें लौटाएगी या भुगतान में गिनेगी।
test-banner = परीक्षण, भुगतान नहीं हुआ

## गड़बड़ी

unavailable-title = QR कोड से भुगतान उपलब्ध नहीं है
unavailable-text = भुगतान का दूसरा तरीका चुनें या दुकान के कर्मचारी को बुलाएँ
offline-title = कनेक्शन नहीं है
offline-text = स्क्रीन ख़ुद फिर से जुड़ जाएगी। यदि आप भुगतान कर चुके हैं, तो दोबारा भुगतान न करें।
reconnecting = फिर से जुड़ रहे हैं…
languages-label = भाषा
rate-label = ख़रीदारी कैसी रही?
rate-thanks = राय देने के लिए धन्यवाद!
rate-1 = ख़राब
rate-2 = ठीक‑ठाक
rate-3 = अच्छी
