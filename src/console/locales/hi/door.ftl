### सेवा के पृष्ठ: मनाही, स्क्रीन का चुनाव, सूची।

denied-title = यह स्क्रीन खुली नहीं है
denied-text = स्क्रीन का पता कंसोल की कुंजी के साथ खोलें। कुंजी दुकान का व्यवस्थापक देता है; पहली बार के बाद स्क्रीन उसे याद रखती है।
denied-example = /screen?store=<दुकान>&register=<काउंटर>&console=<कंसोल>&key=<कुंजी>
missing-title = ऐसी कोई स्क्रीन नहीं है
missing-text = पते में दुकान, काउंटर और कंसोल जाँचें, या दुकान की सेटिंग में कंसोल देखें।
missing-example = /screen?store=<दुकान>&register=<काउंटर>&console=<कंसोल>&key=<कुंजी>
screens-title = ख़रीदारों की स्क्रीनें
screens-text = कंसोल चुनें। बिना कुंजी के स्क्रीनें केवल प्रदर्शन में खुलती हैं।
no-screens-title = अभी कोई स्क्रीन नहीं है
no-screens-text = दुकान की सेटिंग में काउंटर के लिए ख़रीदार का कंसोल जोड़ें।
index-title = यूनिवर्सल इंटीग्रेटर
index-text = QR कोड से भुगतान की सेवा चल रही है। यहाँ यह खोला जा सकता है:
index-screen = ख़रीदार की स्क्रीन
index-screen-note = कोड, शेष समय और भुगतान का परिणाम
index-ready = तैयारी
index-ready-note = भंडार और ब्रोकर, JSON
index-alive = क्या प्रक्रिया चल रही है
index-alive-note = निगरानी के लिए
index-metrics = मापदंड
index-metrics-note = Prometheus के लिए पाठ
pair-title = स्क्रीन जोड़ें
pair-text = यह कोड दुकान के प्रशासक को बताएँ। उनके कोड डालते ही स्क्रीन अपने आप खुल जाएगी।
pair-left = कोड का बचा समय
pair-how = प्रशासक का आदेश:
pair-busy-title = एक साथ बहुत सारी स्क्रीनें
pair-busy-text = एक मिनट रुककर पेज फिर खोलें।
index-pair = स्क्रीन जोड़ें
index-pair-note = नए उपकरण के लिए एक बार का कोड
