"""Polish."""

PARTS = {
    "customer": ("klient", "id klienta", "numer klienta", "kod klienta", "nazwa klienta", "kupujący",
                 "kupujacy login", "login kupującego", "email klienta", "e-mail kupującego",
                 "nabywca", "adres e-mail", "imię i nazwisko", "kontrahent", "użytkownik"),
    "order": ("zamówienie", "numer zamówienia", "nr zamówienia", "id zamówienia", "numer faktury",
              "nr faktury", "faktura", "numer paragonu", "paragon", "transakcja", "numer transakcji"),
    "date": ("data zamówienia", "data", "data zakupu", "data sprzedaży", "data faktury",
             "data złożenia", "data utworzenia", "data transakcji", "data wystawienia"),
    "amount": ("wartość zamówienia", "wartość", "kwota", "suma", "razem", "kwota zamówienia",
               "kwota całkowita", "do zapłaty", "wartość brutto", "wartość netto", "zapłacono",
               "łącznie", "cena całkowita", "suma zamówienia", "wartość pozycji", "kwota brutto"),
    "quantity": ("ilość", "liczba sztuk", "sztuk", "szt"),
    "unit_price": ("cena", "cena jednostkowa", "cena za sztukę", "cena brutto", "cena netto"),
    "product": ("produkt", "nazwa produktu", "kod produktu", "towar", "nazwa towaru", "indeks",
                "artykuł"),
    "category": ("kategoria", "grupa towarowa"),
    "status": ("status", "status zamówienia", "status płatności", "stan"),
    "discount": ("rabat", "zniżka", "kod rabatowy"),
}  # fmt: skip
STATES = {
    "cancelled": ("anulowan", "odrzucon", "nieudan"),
    "returned": ("zwrócon", "zwrot", "zwrocon"),
    "partly": ("częściow", "czesciow"),
    "unpaid": ("nieopłacon", "nieoplacon", "oczekuje na płatność", "oczekiwanie na płatność"),
}
