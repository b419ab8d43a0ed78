"""Indonesian and Malay."""

PARTS = {
    "customer": ("pelanggan", "nama pelanggan", "id pelanggan", "pembeli", "nama pembeli",
                 "username pembeli", "id pembeli", "nama penerima"),
    "order": ("pesanan", "no pesanan", "nomor pesanan", "id pesanan", "nomor invoice", "no invoice",
              "nomor faktur", "no resit"),
    "date": ("tanggal", "tanggal pesanan", "tanggal pembayaran", "waktu pesanan", "tarikh",
             "tanggal pembelian", "waktu pesanan dibuat", "tanggal transaksi"),
    "amount": ("total", "jumlah total", "total pembayaran", "total harga", "total belanja", "jumlah bayaran",
               "total penjualan", "nilai pesanan"),
    "quantity": ("jumlah", "kuantitas", "jumlah produk", "kuantiti", "jumlah produk dibeli"),
    "unit_price": ("harga", "harga satuan", "harga jual", "harga seunit"),
    "product": ("produk", "nama produk", "barang", "nama barang", "nomor sku"),
    "category": ("kategori", "kategori produk"),
    "status": ("status", "status pesanan", "status terakhir", "status pembayaran"),
    "discount": ("diskon", "potongan", "voucher", "diskaun"),
}  # fmt: skip
STATES = {
    "cancelled": ("batal", "dibatalkan", "gagal", "ditolak"),
    "returned": ("dikembalikan", "pengembalian", "refund"),
    "partly": ("sebagian",),
    "unpaid": ("belum bayar", "belum dibayar", "menunggu pembayaran", "draf"),
}
