"""Customer tables of well-known kinds, made up: public column names, own values, planted groups.

Each function returns a table of ``n`` rows with the dirt that such tables come with, and the group
of each row; ``write`` puts it in a file as such tables are usually written.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

Made = tuple[pd.DataFrame, np.ndarray]


def _start(n: int, groups: int, seed: int = 0) -> tuple[np.random.Generator, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng, rng.integers(groups, size=n)


def _of(rng: np.random.Generator, group: np.ndarray, means: list[float], noise: float = 0.25):
    """Amounts around a mean per group, with relative log-normal noise."""
    return np.array(means)[group] * rng.lognormal(0, noise, group.size)


def _pick(rng: np.random.Generator, n: int, *values: str, p: list[float] | None = None):
    return rng.choice(list(values), n, p=p)


def telecom(n: int = 500) -> Made:
    """Churn of a telephone company: one blank total for each customer in the first month."""
    rng, group = _start(n, 3)
    tenure = np.clip(_of(rng, group, [4, 30, 62]), 0, 72).round().astype(int)
    tenure[:5] = 0
    monthly = _of(rng, group, [25, 95, 60], 0.1).round(2)
    internet = _pick(rng, n, "DSL", "Fiber optic", "No")
    service = {
        name: np.where(internet == "No", "No internet service", _pick(rng, n, "Yes", "No"))
        for name in (
            "OnlineSecurity",
            "OnlineBackup",
            "DeviceProtection",
            "TechSupport",
            "StreamingTV",
            "StreamingMovies",
        )
    }
    total = pd.Series((tenure * monthly).round(2)).astype(str).where(tenure > 0, " ")
    letters = "".join("ABCDEFGHJK"[i % 10] for i in range(5))
    frame = pd.DataFrame(
        {
            "customerID": [f"{1000 + 7 * i:04d}-{letters}{i:03d}" for i in range(n)],
            "gender": _pick(rng, n, "Female", "Male"),
            "SeniorCitizen": rng.integers(2, size=n),
            "Partner": _pick(rng, n, "Yes", "No"),
            "Dependents": _pick(rng, n, "Yes", "No"),
            "tenure": tenure,
            "PhoneService": _pick(rng, n, "Yes", "No"),
            "MultipleLines": _pick(rng, n, "Yes", "No", "No phone service"),
            "InternetService": internet,
            **service,
            "Contract": _pick(rng, n, "Month-to-month", "One year", "Two year"),
            "PaperlessBilling": _pick(rng, n, "Yes", "No"),
            "PaymentMethod": _pick(rng, n, "Electronic check", "Mailed check", "Credit card"),
            "MonthlyCharges": monthly,
            "TotalCharges": total,
            "Churn": _pick(rng, n, "Yes", "No"),
        }
    )
    return frame, group


def card_usage(n: int = 500) -> Made:
    """Half a year of a credit card: seventeen measures, many near copies, gaps in two."""
    rng, group = _start(n, 3)
    oneoff = (_of(rng, group, [900, 20, 150], 0.5) * (rng.random(n) < 0.9)).round(2)
    parts = (_of(rng, group, [300, 10, 700], 0.5) * (rng.random(n) < 0.9)).round(2)
    cash = (_of(rng, group, [5, 2500, 50], 0.5) * (rng.random(n) < 0.8)).round(6)
    share = [
        np.clip(_of(rng, group, m), 0, 1).round(6)
        for m in ([0.9, 0.1, 0.8], [0.7, 0.05, 0.2], [0.3, 0.05, 0.8], [0.02, 0.5, 0.1])
    ]
    balance = _of(rng, group, [800, 3500, 400], 0.6).round(6)
    limit = pd.Series((_of(rng, group, [8000, 5000, 3000], 0.3) // 100) * 100)
    limit[0] = np.nan
    minimum = pd.Series(_of(rng, group, [200, 1500, 150], 0.6).round(6))
    minimum[rng.random(n) < 0.04] = np.nan
    frame = pd.DataFrame(
        {
            "CUST_ID": [f"C{10001 + i}" for i in range(n)],
            "BALANCE": balance,
            "BALANCE_FREQUENCY": np.clip(_of(rng, group, [0.9, 0.99, 0.7], 0.1), 0, 1).round(6),
            "PURCHASES": (oneoff + parts).round(2),
            "ONEOFF_PURCHASES": oneoff,
            "INSTALLMENTS_PURCHASES": parts,
            "CASH_ADVANCE": cash,
            "PURCHASES_FREQUENCY": share[0],
            "ONEOFF_PURCHASES_FREQUENCY": share[1],
            "PURCHASES_INSTALLMENTS_FREQUENCY": share[2],
            "CASH_ADVANCE_FREQUENCY": share[3],
            "CASH_ADVANCE_TRX": rng.poisson(np.array([0.2, 8, 1])[group]),
            "PURCHASES_TRX": rng.poisson(np.array([25, 1, 14])[group]),
            "CREDIT_LIMIT": limit,
            "PAYMENTS": _of(rng, group, [2500, 1800, 900], 0.5).round(6),
            "MINIMUM_PAYMENTS": minimum,
            "PRC_FULL_PAYMENT": np.clip(_of(rng, group, [0.5, 0.02, 0.2]), 0, 1).round(6),
            "TENURE": rng.choice([12, 12, 12, 11, 8, 6], n),
        }
    )
    return frame, group


def bank_marketing(n: int = 500) -> Made:
    """Calls of a bank: semicolons and quotes, negative balances, -1 for "never called before"."""
    rng, group = _start(n, 3)
    never = rng.random(n) < 0.8
    frame = pd.DataFrame(
        {
            "age": rng.integers(19, 88, n),
            "job": _pick(rng, n, "admin.", "technician", "retired", "unknown", "blue-collar"),
            "marital": _pick(rng, n, "married", "single", "divorced"),
            "education": _pick(rng, n, "primary", "secondary", "tertiary", "unknown"),
            "default": _pick(rng, n, "yes", "no", p=[0.03, 0.97]),
            "balance": (np.array([-200, 800, 6000])[group] + rng.normal(0, 250, n)).astype(int),
            "housing": _pick(rng, n, "yes", "no"),
            "loan": _pick(rng, n, "yes", "no", p=[0.2, 0.8]),
            "contact": _pick(rng, n, "cellular", "telephone", "unknown"),
            "day": rng.integers(1, 32, n),
            "month": _pick(rng, n, "may", "jun", "jul", "nov"),
            "duration": rng.gamma(1.2, 200, n).astype(int),
            "campaign": rng.geometric(0.4, n),
            "pdays": np.where(never, -1, rng.integers(1, 400, n)),
            "previous": np.where(never, 0, rng.geometric(0.5, n)),
            "poutcome": np.where(never, "unknown", _pick(rng, n, "failure", "success", "other")),
            "y": _pick(rng, n, "yes", "no", p=[0.12, 0.88]),
        }
    )
    return frame, group


LEAK = (
    "Naive_Bayes_Classifier_Attrition_Flag_Card_Category_Contacts_Count_12_mon_Dependent_count_"
    "Education_Level_Months_Inactive_12_mon_{}"
)


def bank_churners(n: int = 500) -> Made:
    """Card holders who may leave: two columns hold another model's guess at the outcome."""
    rng, group = _start(n, 3)
    left = rng.random(n) < 0.16
    count = rng.poisson(np.array([40, 70, 105])[group])
    limit = _of(rng, group, [3000, 7000, 20000], 0.3).round(1)
    revolving = np.minimum(rng.integers(0, 2518, n), limit)
    frame = pd.DataFrame(
        {
            "CLIENTNUM": rng.choice(np.arange(708_082_083, 828_343_083, 1111), n, replace=False),
            "Attrition_Flag": np.where(left, "Attrited Customer", "Existing Customer"),
            "Customer_Age": rng.integers(26, 74, n),
            "Gender": _pick(rng, n, "M", "F"),
            "Dependent_count": rng.integers(0, 6, n),
            "Education_Level": _pick(rng, n, "Graduate", "High School", "Unknown", "College"),
            "Marital_Status": _pick(rng, n, "Married", "Single", "Divorced", "Unknown"),
            "Income_Category": _pick(rng, n, "Less than $40K", "$60K - $80K", "$120K +", "Unknown"),
            "Card_Category": _pick(rng, n, "Blue", "Silver", "Gold"),
            "Months_on_book": rng.integers(13, 57, n),
            "Total_Relationship_Count": rng.integers(1, 7, n),
            "Months_Inactive_12_mon": rng.integers(0, 7, n),
            "Contacts_Count_12_mon": rng.integers(0, 7, n),
            "Credit_Limit": limit,
            "Total_Revolving_Bal": revolving.astype(int),
            "Avg_Open_To_Buy": (limit - revolving).round(1),
            "Total_Amt_Chng_Q4_Q1": rng.normal(0.76, 0.2, n).round(3),
            "Total_Trans_Amt": _of(rng, group, [1800, 4200, 14000]).astype(int),
            "Total_Trans_Ct": count,
            "Total_Ct_Chng_Q4_Q1": rng.normal(0.7, 0.2, n).round(3),
            "Avg_Utilization_Ratio": (revolving / limit).round(3),
            LEAK.format(1): np.where(left, 0.9999, 0.0001) + rng.random(n) * 1e-5,
            LEAK.format(2): np.where(left, 0.0001, 0.9999) + rng.random(n) * 1e-5,
        }
    )
    return frame, group


def wholesale(n: int = 440) -> Made:
    """Yearly purchases of shops in six groups of goods; nothing says money, or who."""
    rng, group = _start(n, 2)
    means = {
        "Fresh": [13000, 8000],
        "Milk": [3000, 11000],
        "Grocery": [3500, 17000],
        "Frozen": [3800, 1500],
        "Detergents_Paper": [700, 7500],
        "Delicassen": [1300, 1800],
    }
    goods = {name: _of(rng, group, m, 0.6).astype(int) for name, m in means.items()}
    frame = pd.DataFrame({"Channel": group + 1, "Region": rng.integers(1, 4, n), **goods})
    return frame, group


def mall(n: int = 400) -> Made:
    """Visitors of a mall: income in thousands and a score that the mall has given."""
    rng, group = _start(n, 5)
    income = np.array([25, 25, 55, 90, 90])[group] + rng.normal(0, 6, n)
    score = np.array([20, 80, 50, 18, 82])[group] + rng.normal(0, 6, n)
    frame = pd.DataFrame(
        {
            "CustomerID": np.arange(1, n + 1),
            "Gender": _pick(rng, n, "Male", "Female"),
            "Age": rng.integers(18, 71, n),
            "Annual Income (k$)": income.round().astype(int),
            "Spending Score (1-100)": np.clip(score, 1, 99).round().astype(int),
        }
    )
    return frame, group


def _shop(n: int) -> tuple[dict[str, np.ndarray], np.ndarray, np.random.Generator]:
    """A small shop's columns under English names."""
    rng, group = _start(n, 3)
    orders = rng.poisson(np.array([3, 12, 25])[group]) + 1
    spend = orders * _of(rng, group, [35, 60, 110])
    day = np.datetime64("2024-06-30") - rng.integers(10, 1500, n).astype("timedelta64[D]")
    columns = {
        "id": np.arange(10_001, 10_001 + n),
        "birth": rng.integers(1945, 2005, n),
        "income": _of(rng, group, [22_000, 35_000, 60_000]),
        "spend": spend,
        "orders": orders,
        "recency": rng.integers(0, 200, n),
        "since": pd.to_datetime(day).to_numpy(),
        "visits": rng.poisson(6, n),
        "deals": rng.binomial(orders, 0.2),
        "complaints": (rng.random(n) < 0.03).astype(int),
        "left": rng.random(n) < 0.1,
        "women": rng.random(n) < 0.5,
    }
    return columns, group, rng


def _comma(values: np.ndarray, thousands: str = ".") -> list[str]:
    """``1.234,50``: as most of Europe writes money."""
    return [f"{v:,.2f}".replace(",", "_").replace(".", ",").replace("_", thousands) for v in values]


def german(n: int = 500) -> Made:
    """A German shop: decimal commas, points between thousands, ``31.12.2023``."""
    c, group, rng = _shop(n)
    frame = pd.DataFrame(
        {
            "Kundennummer": c["id"],
            "Geschlecht": np.where(c["women"], "weiblich", "männlich"),
            "Geburtsjahr": c["birth"],
            "Familienstand": _pick(rng, n, "ledig", "verheiratet", "geschieden"),
            "Land": _pick(rng, n, "Deutschland", "Österreich", "Schweiz"),
            "E-Mail": [f"kunde{i}@beispiel.de" for i in range(n)],
            "Einkommen": _comma(c["income"]),
            "Umsatz gesamt": _comma(c["spend"]),
            "Anzahl Bestellungen": c["orders"],
            "Tage seit letztem Kauf": c["recency"],
            "Kunde seit": pd.to_datetime(c["since"]).strftime("%d.%m.%Y"),
            "Besuche pro Monat": c["visits"],
            "Rabattkäufe": c["deals"],
            "Beschwerden": c["complaints"],
            "Gekündigt": np.where(c["left"], "ja", "nein"),
        }
    )
    return frame, group


def spanish(n: int = 500) -> Made:
    """A Spanish shop."""
    c, group, rng = _shop(n)
    frame = pd.DataFrame(
        {
            "Código de cliente": c["id"],
            "Sexo": np.where(c["women"], "mujer", "hombre"),
            "Fecha de nacimiento": [f"15/03/{year}" for year in c["birth"]],
            "Estado civil": _pick(rng, n, "casado", "soltero", "viudo"),
            "País": _pick(rng, n, "España", "México"),
            "Teléfono": [f"6{i:08d}" for i in range(n)],
            "Ingresos anuales": _comma(c["income"]),
            "Gasto total": _comma(c["spend"]),
            "Nº de pedidos": c["orders"],
            "Días desde la última compra": c["recency"],
            "Cliente desde": pd.to_datetime(c["since"]).strftime("%d/%m/%Y"),
            "Visitas web": c["visits"],
            "Compras con descuento": c["deals"],
            "Quejas": c["complaints"],
            "Baja": np.where(c["left"], "sí", "no"),
        }
    )
    return frame, group


def french(n: int = 500) -> Made:
    """A French shop: blanks between thousands."""
    c, group, rng = _shop(n)
    frame = pd.DataFrame(
        {
            "Numéro client": c["id"],
            "Sexe": np.where(c["women"], "F", "H"),
            "Date de naissance": [f"15/03/{year}" for year in c["birth"]],
            "Situation familiale": _pick(rng, n, "marié", "célibataire", "divorcé"),
            "Ville": _pick(rng, n, "Paris", "Lyon", "Orléans"),
            "Prénom": _pick(rng, n, "Zoé", "Chloé", "René"),
            "Revenu annuel": _comma(c["income"], " "),
            "Chiffre d'affaires": _comma(c["spend"], " "),
            "Nombre de commandes": c["orders"],
            "Jours depuis le dernier achat": c["recency"],
            "Client depuis": pd.to_datetime(c["since"]).strftime("%d/%m/%Y"),
            "Visites du site par mois": c["visits"],
            "Achats en promotion": c["deals"],
            "Réclamations": c["complaints"],
            "Résilié": np.where(c["left"], "oui", "non"),
        }
    )
    return frame, group


def portuguese(n: int = 500) -> Made:
    """A Brazilian shop: ``R$`` before amounts."""
    c, group, rng = _shop(n)
    frame = pd.DataFrame(
        {
            "Código do cliente": c["id"],
            "Gênero": np.where(c["women"], "feminino", "masculino"),
            "Data de nascimento": [f"15/03/{year}" for year in c["birth"]],
            "Escolaridade": _pick(rng, n, "médio", "superior", "pós-graduação"),
            "Cidade": _pick(rng, n, "São Paulo", "Brasília"),
            "Endereço": [f"Rua {i}, {i}" for i in range(n)],
            "Renda mensal": _comma(c["income"] / 12),
            "Faturamento": [f"R$ {text}" for text in _comma(c["spend"])],
            "Quantidade de pedidos": c["orders"],
            "Dias desde a última compra": c["recency"],
            "Cliente desde": pd.to_datetime(c["since"]).strftime("%d/%m/%Y"),
            "Visitas por mês": c["visits"],
            "Compras com desconto": c["deals"],
            "Reclamações": c["complaints"],
            "Cancelou": np.where(c["left"], "sim", "não"),
        }
    )
    return frame, group


def supermarket(n: int = 500) -> Made:
    """Till receipts: a row is an invoice, and nothing says whose."""
    rng, group = _start(n, 3)
    price = _of(rng, group, [20, 50, 90], 0.1).round(2)
    quantity = rng.integers(1, 11, n)
    cogs = (price * quantity).round(2)
    numbers = rng.choice(100_000_000, n, replace=False) + 100_000_000
    day = np.datetime64("2019-01-01") + rng.integers(0, 89, n).astype("timedelta64[D]")
    frame = pd.DataFrame(
        {
            "Invoice ID": [f"{str(i)[:3]}-{str(i)[3:5]}-{str(i)[5:]}" for i in numbers],
            "Branch": _pick(rng, n, "A", "B", "C"),
            "City": _pick(rng, n, "Yangon", "Mandalay", "Naypyitaw"),
            "Customer type": _pick(rng, n, "Member", "Normal"),
            "Gender": _pick(rng, n, "Female", "Male"),
            "Product line": _pick(rng, n, "Health and beauty", "Food", "Sports"),
            "Unit price": price,
            "Quantity": quantity,
            "Tax 5%": (cogs * 0.05).round(4),
            "Total": (cogs * 1.05).round(4),
            "Date": pd.to_datetime(day).strftime("%-m/%-d/%Y"),
            "Time": [
                f"{h}:{m:02d}"
                for h, m in zip(rng.integers(10, 21, n), rng.integers(0, 60, n), strict=True)
            ],
            "Payment": _pick(rng, n, "Cash", "Ewallet", "Credit card"),
            "cogs": cogs,
            "gross margin percentage": 4.761904762,
            "gross income": (cogs * 0.05).round(4),
            "Rating": rng.uniform(4, 10, n).round(1),
        }
    )
    return frame, group


def one_hot(n: int = 500) -> Made:
    """Nothing but yes and no in digits, behind a row index without a name."""
    rng, group = _start(n, 3)
    use = np.full((3, 5), 0.1)
    use[0, :2] = use[1, 2:4] = use[2, 4] = 0.9
    bought = (rng.random((n, 5)) < use[group]).astype(int)
    names = ["has_internet", "has_tv", "uses_app", "uses_chat", "owns_console"]
    frame = pd.DataFrame(
        {
            "Unnamed: 0": np.arange(n),
            "gender_Male": rng.integers(2, size=n),
            "marital_status_Single": rng.integers(2, size=n),
            "country_Spain": rng.integers(2, size=n),
            **dict(zip(names, bought.T, strict=True)),
            "churn": rng.integers(2, size=n),
        }
    )
    return frame, group


MAKERS: dict[str, Callable[..., Made]] = {
    maker.__name__: maker
    for maker in (
        telecom,
        card_usage,
        bank_marketing,
        bank_churners,
        wholesale,
        mall,
        german,
        spanish,
        french,
        portuguese,
        supermarket,
        one_hot,
    )
}

_FORMS = {  # separator, encoding, quoting (2: whatever is no number)
    "bank_marketing": (";", "utf-8", 2),
    "german": (";", "cp1252", 0),
    "spanish": (";", "cp1252", 0),
    "french": (";", "utf-8-sig", 0),
    "portuguese": (";", "utf-16", 0),
}


def write(name: str, folder: Path, n: int | None = None) -> Path:
    """Write the table called ``name`` as such tables are usually written; return the file."""
    frame, _ = MAKERS[name](n) if n else MAKERS[name]()
    separator, encoding, quoting = _FORMS.get(name, (",", "utf-8", 0))
    path = folder / f"{name}.csv"
    frame.to_csv(path, index=False, sep=separator, encoding=encoding, quoting=quoting)
    return path
