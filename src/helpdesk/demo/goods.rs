//! What the shop sells, where it goes and who carries it.
//!
//! Owns the lists of products, carriers, towns and places. All names are made up; web addresses end
//! in `.example`, telephone numbers are of the ranges kept for fiction. Knows only [`Tongue`] and
//! [`Kind`].

use super::talk::{Kind, Tongue};

/// A product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Product {
    /// Its name alone: `Fjell 2`.
    pub model: &'static str,
    /// What it is.
    pub kind: Kind,
    /// The word for it in English, French and German.
    nouns: [&'static str; 3],
    /// Price in cents.
    pub cents: i64,
}

impl Product {
    /// Its full name in a language.
    #[must_use]
    pub fn name(&self, tongue: Tongue) -> String {
        let noun = self.nouns[tongue as usize];
        if tongue == Tongue::English { format!("{} {noun}", self.model) } else { format!("{noun} {}", self.model) }
    }
}

const TENT: [&str; 3] = ["tent", "tente", "Zelt"];
const PACK: [&str; 3] = ["pack", "sac à dos", "Rucksack"];
const BOOTS: [&str; 3] = ["boots", "chaussures", "Wanderschuhe"];
const JACKET: [&str; 3] = ["jacket", "veste", "Jacke"];
const STOVE: [&str; 3] = ["stove", "réchaud", "Kocher"];

const fn product(model: &'static str, kind: Kind, nouns: [&'static str; 3], cents: i64) -> Product {
    Product { model, kind, nouns, cents }
}

/// Everything on sale.
pub const PRODUCTS: [Product; 34] = [
    product("Fjell 2", Kind::Tent, TENT, 32_900),
    product("Fjell 3", Kind::Tent, TENT, 38_900),
    product("Lofoten 4", Kind::Tent, TENT, 54_900),
    product("Kestrel Solo", Kind::Tent, TENT, 24_900),
    product("Basecamp 6", Kind::Tent, TENT, 79_900),
    product("Moorland 2", Kind::Tent, TENT, 21_900),
    product("Traverse 35", Kind::Pack, PACK, 14_900),
    product("Traverse 50", Kind::Pack, PACK, 18_900),
    product("Cairn 28", Kind::Pack, PACK, 11_900),
    product("Portage 65", Kind::Pack, PACK, 23_900),
    product("Daybreak 18", Kind::Pack, PACK, 7_900),
    product("Ridgeline Mid", Kind::Boots, BOOTS, 18_990),
    product("Ridgeline Low", Kind::Boots, BOOTS, 15_990),
    product("Skarven", Kind::Boots, BOOTS, 22_990),
    product("Morvan", Kind::Boots, BOOTS, 13_990),
    product("Tarn Wide", Kind::Boots, BOOTS, 17_990),
    product("Gipfelstern", Kind::Boots, BOOTS, 26_990),
    product("Squall", Kind::Jacket, JACKET, 19_900),
    product("Isbre", Kind::Jacket, JACKET, 28_900),
    product("Harrier", Kind::Jacket, JACKET, 14_900),
    product("Nimbus Light", Kind::Jacket, JACKET, 11_900),
    product("Quietburner", Kind::Stove, STOVE, 8_900),
    product("Pocketflame", Kind::Stove, STOVE, 4_490),
    product("Nordlys -5", Kind::Any, ["sleeping bag", "duvet", "Schlafsack"], 24_900),
    product("Nordlys +5", Kind::Any, ["sleeping bag", "duvet", "Schlafsack"], 16_900),
    product("Ember 0", Kind::Any, ["sleeping bag", "duvet", "Schlafsack"], 19_900),
    product("Driftpad", Kind::Any, ["sleeping mat", "matelas", "Isomatte"], 9_900),
    product("Driftpad XL", Kind::Any, ["sleeping mat", "matelas", "Isomatte"], 12_900),
    product("Lumen 400", Kind::Any, ["head torch", "lampe frontale", "Stirnlampe"], 5_490),
    product("Stride Carbon", Kind::Any, ["walking poles", "bâtons", "Wanderstöcke"], 9_990),
    product("Brook 1L", Kind::Any, ["bottle", "gourde", "Flasche"], 2_490),
    product("Rainfold", Kind::Any, ["pack cover", "housse de pluie", "Regenhülle"], 2_990),
    product("Compass 3", Kind::Any, ["compass", "boussole", "Kompass"], 3_490),
    product("Cook & Go", Kind::Any, ["pan set", "popote", "Topfset"], 4_990),
];

/// Carriers.
pub const CARRIERS: [&str; 6] = ["ParcelLink", "Swiftpost", "Chronoroute", "Paketring", "NordFreight", "Postillion"];

/// A colour in English, French and German.
pub const COLOURS: [[&str; 3]; 7] = [
    ["moss green", "vert mousse", "Moosgrün"],
    ["slate", "ardoise", "Schiefergrau"],
    ["black", "noir", "Schwarz"],
    ["rust red", "rouille", "Rostrot"],
    ["ocean blue", "bleu océan", "Meerblau"],
    ["sand", "sable", "Sand"],
    ["anthracite", "anthracite", "Anthrazit"],
];

/// Where people go, by language; the names stand without an article where the language wants none.
pub const PLACES: [&[&str]; 3] = [
    &[
        "the Cairngorms",
        "the Lake District",
        "Snowdonia",
        "Norway",
        "the Dolomites",
        "Lapland",
        "Connemara",
        "the Pyrenees",
        "Iceland",
        "Corsica",
        "the Tatras",
        "Jotunheimen",
        "the Peak District",
        "Patagonia",
    ],
    &[
        "Chamonix",
        "Gavarnie",
        "Cauterets",
        "Zermatt",
        "Annecy",
        "Embrun",
        "Briançon",
        "Conques",
        "Munster",
        "Bourg-d'Oisans",
        "Corte",
        "Saint-Véran",
    ],
    &[
        "Norwegen",
        "Schottland",
        "Tirol",
        "Südtirol",
        "Island",
        "Lappland",
        "Slowenien",
        "Schweden",
        "Berchtesgaden",
        "Graubünden",
        "Oberstdorf",
        "Patagonien",
    ],
];

/// A country that customers live in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Country {
    /// English name.
    pub name: &'static str,
    /// Two-letter code.
    pub code: &'static str,
    /// Language that its customers write in.
    pub tongue: Tongue,
    /// How many customers live there, in proportion.
    pub weight: u32,
    /// Towns, each with its region.
    pub towns: &'static [(&'static str, &'static str)],
    /// Streets.
    pub streets: &'static [&'static str],
    /// Telephone prefix of a range kept for fiction, and how many digits follow.
    pub phone: (&'static str, u32),
    /// First names.
    pub first: &'static [&'static str],
    /// Family names.
    pub last: &'static [&'static str],
}

/// Countries, with the people's names.
pub const COUNTRIES: [Country; 11] = [
    Country {
        name: "United Kingdom",
        code: "GB",
        tongue: Tongue::English,
        weight: 24,
        towns: &[
            ("Sheffield", "England"),
            ("Bristol", "England"),
            ("Leeds", "England"),
            ("Inverness", "Scotland"),
            ("Glasgow", "Scotland"),
            ("Cardiff", "Wales"),
            ("Kendal", "England"),
            ("Norwich", "England"),
        ],
        streets: &["Mill Lane", "Station Road", "Albert Street", "Orchard Close", "High Street", "Quarry Hill"],
        phone: ("+44 7700 900", 3),
        first: &[
            "Oliver", "Amelia", "Harry", "Isla", "Amir", "Priya", "Callum", "Freya", "Gareth", "Moira", "Rhys",
            "Sinead", "Tariq", "Zara", "Nigel", "Winifred",
        ],
        last: &[
            "Haddad",
            "Campbell",
            "Patel",
            "Hughes",
            "Okonkwo",
            "Fraser",
            "Whitfield",
            "O'Neill",
            "Bevan",
            "Thistlewood",
            "Khan",
            "Sinclair",
            "Barraclough",
            "Lowe",
        ],
    },
    Country {
        name: "Ireland",
        code: "IE",
        tongue: Tongue::English,
        weight: 5,
        towns: &[("Galway", "Connacht"), ("Cork", "Munster"), ("Dublin", "Leinster")],
        streets: &["Abbey Street", "Harbour Row", "Church Lane"],
        phone: ("+353 20 915 0", 3),
        first: &["Aoife", "Cillian", "Niamh", "Seán", "Órla", "Padraig"],
        last: &["Ó Briain", "Murphy", "Gallagher", "Ní Dhomhnaill", "Byrne"],
    },
    Country {
        name: "United States",
        code: "US",
        tongue: Tongue::English,
        weight: 12,
        towns: &[
            ("Portland", "Oregon"),
            ("Boulder", "Colorado"),
            ("Burlington", "Vermont"),
            ("Asheville", "North Carolina"),
            ("Minneapolis", "Minnesota"),
        ],
        streets: &["Maple Avenue", "2nd Street", "Ridge Road", "Cedar Court"],
        phone: ("+1 541 555 01", 2),
        first: &["Luis", "Grace", "Tyler", "Imani", "Noah", "Kaitlyn", "Hiroshi", "Mei", "Darnell", "Abigail"],
        last: &["Castillo", "Nguyen", "Johnson", "Rivera", "Kowalski", "Washington", "Tanaka", "Lindqvist", "Begay"],
    },
    Country {
        name: "Netherlands",
        code: "NL",
        tongue: Tongue::English,
        weight: 5,
        towns: &[("Utrecht", "Utrecht"), ("Groningen", "Groningen"), ("Nijmegen", "Gelderland")],
        streets: &["Kerkstraat", "Molenweg", "Lindenlaan"],
        phone: ("+31 6 1020 4", 3),
        first: &["Joost", "Fenna", "Sander", "Maartje", "Ruben"],
        last: &["de Vries", "van den Berg", "Jansen", "Dijkstra", "Bakker"],
    },
    Country {
        name: "Sweden",
        code: "SE",
        tongue: Tongue::English,
        weight: 4,
        towns: &[("Umeå", "Västerbotten"), ("Göteborg", "Västra Götaland"), ("Östersund", "Jämtland")],
        streets: &["Storgatan", "Björkvägen", "Sjögatan"],
        phone: ("+46 70 1740 6", 2),
        first: &["Astrid", "Björn", "Elsa", "Göran", "Linnéa"],
        last: &["Åkesson", "Lindström", "Sjöberg", "Nyström", "Ek"],
    },
    Country {
        name: "Spain",
        code: "ES",
        tongue: Tongue::English,
        weight: 4,
        towns: &[("Bilbao", "Basque Country"), ("Huesca", "Aragon"), ("Girona", "Catalonia")],
        streets: &["Calle Mayor", "Carrer de la Pau", "Calle del Río"],
        phone: ("+34 600 000 ", 3),
        first: &["Íñigo", "Núria", "Álvaro", "María José", "Xavi"],
        last: &["Muñoz", "Etxeberria", "Castillo Peña", "Puig", "Ibáñez"],
    },
    Country {
        name: "France",
        code: "FR",
        tongue: Tongue::French,
        weight: 18,
        towns: &[
            ("Lyon", "Rhône"),
            ("Grenoble", "Isère"),
            ("Nantes", "Loire-Atlantique"),
            ("Toulouse", "Haute-Garonne"),
            ("Rennes", "Ille-et-Vilaine"),
            ("Besançon", "Doubs"),
            ("Pau", "Pyrénées-Atlantiques"),
        ],
        streets: &["rue des Lilas", "avenue Jean-Jaurès", "chemin du Moulin", "place de la Fontaine", "rue Pasteur"],
        phone: ("+33 6 39 98 ", 4),
        first: &[
            "Chloé",
            "Étienne",
            "Margaux",
            "François",
            "Hélène",
            "Loïc",
            "Anaïs",
            "Théo",
            "Maëlle",
            "Jean-Baptiste",
            "Zoé",
            "Gaëtan",
            "Samira",
            "Noël",
        ],
        last: &[
            "Dubois",
            "Lefèvre",
            "Garnier",
            "Bérenger",
            "N'Diaye",
            "Le Goff",
            "Chevallier",
            "Benali",
            "Rousseau",
            "d'Arcy",
            "Marchetti",
        ],
    },
    Country {
        name: "Belgium",
        code: "BE",
        tongue: Tongue::French,
        weight: 4,
        towns: &[("Liège", "Liège"), ("Namur", "Namur"), ("Bruxelles", "Bruxelles-Capitale")],
        streets: &["rue de la Station", "chaussée de Namur", "rue du Midi"],
        phone: ("+32 460 00 1", 3),
        first: &["Élise", "Benoît", "Laetitia", "Quentin"],
        last: &["Lambert", "Vandenberghe", "Dumont", "Peeters"],
    },
    Country {
        name: "Germany",
        code: "DE",
        tongue: Tongue::German,
        weight: 18,
        towns: &[
            ("Freiburg", "Baden-Württemberg"),
            ("Leipzig", "Sachsen"),
            ("München", "Bayern"),
            ("Göttingen", "Niedersachsen"),
            ("Köln", "Nordrhein-Westfalen"),
            ("Hamburg", "Hamburg"),
            ("Garmisch", "Bayern"),
        ],
        streets: &["Lindenstraße", "Am Mühlbach", "Bahnhofstraße", "Schillerweg", "Rosengasse"],
        phone: ("+49 171 39200", 2),
        first: &[
            "Jürgen",
            "Käthe",
            "Lukas",
            "Sören",
            "Anneliese",
            "Mehmet",
            "Frieda",
            "Björn",
            "Ayşe",
            "Karl-Heinz",
            "Thérèse",
            "Jana",
            "Uwe",
            "Sabine",
        ],
        last: &[
            "Müller",
            "Schröder",
            "Weiß",
            "Özdemir",
            "Großmann",
            "Jäger",
            "von der Heide",
            "Schmidt-Rüdiger",
            "Köhler",
            "Brandt",
            "Vogel",
        ],
    },
    Country {
        name: "Austria",
        code: "AT",
        tongue: Tongue::German,
        weight: 4,
        towns: &[("Innsbruck", "Tirol"), ("Graz", "Steiermark"), ("Salzburg", "Salzburg")],
        streets: &["Maria-Theresien-Straße", "Höttinger Gasse", "Murweg"],
        phone: ("+43 699 0010 0", 3),
        first: &["Franziska", "Leopold", "Resi", "Matthäus"],
        last: &["Gruber", "Höllwarth", "Pichler", "Zöchling"],
    },
    Country {
        name: "Switzerland",
        code: "CH",
        tongue: Tongue::German,
        weight: 4,
        towns: &[("Chur", "Graubünden"), ("Zürich", "Zürich"), ("Thun", "Bern")],
        streets: &["Dorfstrasse", "Seeweg", "Obere Gasse"],
        phone: ("+41 79 000 00 ", 2),
        first: &["Urs", "Reto", "Vreni", "Séverine"],
        last: &["Zürcher", "Bühler", "Caflisch", "Nägeli"],
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_more_than_one_product() {
        for kind in [Kind::Any, Kind::Tent, Kind::Boots, Kind::Pack, Kind::Jacket, Kind::Stove] {
            assert!(PRODUCTS.iter().filter(|product| product.kind == kind).count() >= 2, "{kind:?}");
        }
    }

    #[test]
    fn every_language_has_customers() {
        for tongue in Tongue::ALL {
            assert!(COUNTRIES.iter().any(|country| country.tongue == tongue));
        }
        assert!(COUNTRIES.iter().all(|country| !country.towns.is_empty() && !country.first.is_empty()));
    }
}
