"""Turkish."""

PARTS = {
    "customer": ("müşteri", "müşteri no", "müşteri numarası", "müşteri id", "müşteri kodu",
                 "müşteri adı", "alıcı", "alıcı adı", "üye no", "üye", "kullanıcı", "e-posta",
                 "müşteri e-posta", "cari kodu", "cari"),
    "order": ("sipariş", "sipariş no", "sipariş numarası", "sipariş id", "fatura no", "fiş no",
              "fatura numarası", "işlem no"),
    "date": ("sipariş tarihi", "tarih", "satış tarihi", "fatura tarihi", "satın alma tarihi",
             "oluşturma tarihi", "işlem tarihi"),
    "amount": ("tutar", "toplam", "toplam tutar", "sipariş tutarı", "ödenen tutar", "genel toplam",
               "fatura tutarı", "satış tutarı", "ciro", "toplam fiyat", "ödenecek tutar", "faturalanacak tutar"),
    "quantity": ("adet", "miktar"),
    "unit_price": ("fiyat", "birim fiyat", "birim fiyatı", "satış fiyatı"),
    "product": ("ürün", "ürün adı", "ürün kodu", "stok kodu", "barkod"),
    "category": ("kategori", "ürün grubu"),
    "status": ("durum", "sipariş durumu", "sipariş statüsü", "ödeme durumu", "statü"),
    "discount": ("indirim", "indirim tutarı", "kupon"),
}  # fmt: skip
STATES = {
    "cancelled": ("iptal", "reddedil", "başarısız"),
    "returned": ("iade",),
    "partly": ("kısmi", "kismi"),
    "unpaid": ("ödeme bekl", "odeme bekl", "ödenmedi", "taslak"),
}
