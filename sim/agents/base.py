"""The seven socio-economic models, in the order of every column and matrix, and the names of what flows between them.

A model is one kind of actor with its own way to get and spend money. Each has its file beside this one, which
tells its story, holds its phases, and names the numbers it reads. The eighth line and column of a matrix of flows
is the outside: the rest of France and the world.
"""

from typing import NamedTuple


class Model(NamedTuple):
    """How people call one socio-economic model."""

    letter: str
    name: str  # of the file and of the agent class
    fr: str
    en: str


MODELS = (
    Model("A", "public_action", "Action publique", "Public action"),
    Model("P", "persons", "Personnes", "Persons"),
    Model("E", "productive_economy", "Économie productive", "Productive economy"),
    Model("F", "financial_economy", "Économie financière", "Financial economy"),
    Model("S", "knowledge_economy", "Économie de la connaissance", "Knowledge economy"),
    Model("U", "public_services", "Services publics", "Public services"),
    Model("G", "engagement_economy", "Économie de l'engagement", "Engagement economy"),
)
OUTSIDE_MODEL = Model("O", "outside", "Extérieur", "Outside")

PUBLIC, PERSONS, PRODUCTIVE, FINANCE, KNOWLEDGE, SERVICES, ENGAGEMENT, OUTSIDE = range(8)
HAS_ORGANISATIONS = (PUBLIC, PRODUCTIVE, FINANCE, KNOWLEDGE, SERVICES, ENGAGEMENT)
LETTERS = "APEFSUGO"

SIZES_FR = {
    PUBLIC: ("commune", "intercommunalité", "département ou région", "État et sécurité sociale"),
    PRODUCTIVE: ("TPE", "PME", "ETI", "grande entreprise"),
    FINANCE: ("agence", "mutuelle ou assureur", "investisseur solidaire ou fondation", "siège régional"),
    KNOWLEDGE: ("école", "collège ou lycée", "institut ou laboratoire", "université"),
    SERVICES: ("petite structure", "établissement", "opérateur", "hôpital"),
    ENGAGEMENT: ("sans salarié", "1 à 9 salariés", "10 à 49 salariés", "50 salariés et plus"),
}
SIZES_EN = {
    PUBLIC: ("municipality", "intermunicipality", "département or région", "State and social security"),
    PRODUCTIVE: ("very small firm", "small or medium firm", "mid-size firm", "large firm"),
    FINANCE: ("branch", "mutual company or insurer", "social investor or foundation", "regional seat"),
    KNOWLEDGE: ("school", "secondary school", "institute or laboratory", "university"),
    SERVICES: ("small body", "home or centre", "operator", "hospital"),
    ENGAGEMENT: ("no staff", "1 to 9 staff", "10 to 49 staff", "50 staff or more"),
}

# The flows of the blueprint, by payer and receiver: what the figure "articulation of the models" calls them.
# Flows that it does not name are called by what they pay for.
FLOWS = {
    "AP": ("Redistribution et traitements", "Redistribution and public wages"),
    "AE": ("Commande, aides et investissement publics", "Public orders, aid and investment"),
    "AF": ("Service de la dette publique", "Public debt service"),
    "AS": ("Dotation à la connaissance", "Endowment of knowledge"),
    "AU": ("Dotation aux services publics", "Endowment of public services"),
    "AG": ("Subventions et commandes", "Subsidies and orders"),
    "AA": ("Entre acteurs publics", "Between public actors"),
    "PA": ("Contribution des personnes", "Contribution of persons"),
    "PE": ("Consommation", "Consumption"),
    "PF": ("Épargne et remboursements", "Savings and repayments"),
    "PS": ("Usage de la connaissance", "Use of knowledge"),
    "PU": ("Usage des services publics", "Use of public services"),
    "PG": ("Mobilisation : usage, dons, cotisations", "Mobilisation: use, gifts, dues"),
    "PP": ("Entre personnes", "Between persons"),
    "EA": ("Contribution des entreprises", "Contribution of firms"),
    "EP": ("Emploi et revenus du capital", "Employment and income from capital"),
    "EF": ("Remboursements et services financiers", "Repayments and financial services"),
    "ES": ("Formation et recherche", "Training and research"),
    "EU": ("Usage des services publics par les entreprises", "Use of public services by firms"),
    "EG": ("Mécénat et achats aux associations", "Patronage and purchases from associations"),
    "EE": ("Entre entreprises", "Between firms"),
    "FA": ("Contribution de la finance et dette publique", "Contribution of finance and public debt"),
    "FP": ("Prêts et services financiers", "Loans and financial services"),
    "FE": ("Investissement et prêts", "Investment and loans"),
    "FS": ("Investissement dans la connaissance", "Investment in knowledge"),
    "FU": ("Prêts aux services publics", "Loans to public services"),
    "FG": ("Fondations et apports", "Foundations and contributions"),
    "FF": ("Entre acteurs financiers", "Between financial actors"),
    "SA": ("Contribution de la connaissance", "Contribution of knowledge"),
    "SP": ("Emploi dans la connaissance", "Employment in knowledge"),
    "SE": ("Achats de la connaissance", "Purchases of knowledge"),
    "SF": ("Banque de la connaissance", "Banking of knowledge"),
    "SS": ("Entre acteurs de la connaissance", "Between knowledge actors"),
    "SU": ("Usage des services publics par la connaissance", "Use of public services by knowledge"),
    "SG": ("Achats de la connaissance aux associations", "Purchases of knowledge from associations"),
    "UA": ("Contribution des services publics", "Contribution of public services"),
    "UP": ("Emploi dans les services publics", "Employment in public services"),
    "UE": ("Achats des services publics", "Purchases of public services"),
    "UF": ("Remboursements des services publics", "Repayments of public services"),
    "US": ("Formation des services publics", "Training for public services"),
    "UU": ("Entre services publics", "Between public services"),
    "UG": ("Achats des services publics aux associations", "Purchases of public services from associations"),
    "GA": ("Contribution des associations", "Contribution of associations"),
    "GP": ("Emploi associatif", "Employment in associations"),
    "GE": ("Achats des associations", "Purchases of associations"),
    "GF": ("Banque des associations", "Banking of associations"),
    "GS": ("Formation et évaluation des associations", "Training and evaluation for associations"),
    "GU": ("Usage des services publics par les associations", "Use of public services by associations"),
    "GG": ("Entre associations", "Between associations"),
}


def flow_label(payer: int, receiver: int, lang: str = "fr") -> str:
    """Return the name of a flow in a matrix, in French or in English."""
    pair = LETTERS[payer] + LETTERS[receiver]
    if pair in FLOWS:
        return FLOWS[pair][lang == "en"]
    if payer == OUTSIDE:
        return ("Reçu de l'extérieur", "Received from outside")[lang == "en"]
    return ("Versé à l'extérieur", "Paid to the outside")[lang == "en"]
