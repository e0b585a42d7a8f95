//! What time it is where a contact is: only where that is certain enough, and with what it rests on.
//!
//! Owns a small table of places. A country with several zones alone says nothing. Enter at [`of`].

use jiff::tz::TimeZone;

use crate::domain::{AttributeValue, Contact};
use crate::text::{Clean, fold};

/// What a contact's zone was told by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// An attribute that names a zone.
    Attribute,
    /// The city.
    City,
    /// The region.
    Region,
    /// The country, which has one zone.
    Country,
}

/// The contact's zone, where that is, and what told it.
pub fn of(contact: &Contact) -> Option<(TimeZone, Clean, Told)> {
    let attribute = contact.attributes.iter().find_map(|(name, value)| {
        let name: String = name.chars().filter(|letter| letter.is_alphanumeric()).collect();
        let AttributeValue::Text(zone) = value else { return None };
        let is_zone = matches!(name.to_lowercase().as_str(), "timezone" | "tz" | "localtimezone" | "usertimezone");
        let zone = is_zone.then(|| zone.clean())?;
        let place = zone.rsplit('/').next().map(|place| crate::text::clean(&place.replace('_', " ")))?;
        // An abbreviation has no place, and some of them mean two zones.
        zone.contains('/').then(|| Some((TimeZone::get(&zone).ok()?, place, Told::Attribute)))?
    });
    let by = |told: Told, place: &Clean, table: &[(&str, &str)]| {
        let wanted = fold(place);
        let (_, zone) = table.iter().find(|(name, _)| *name == wanted.trim())?;
        Some((TimeZone::get(zone).ok()?, place.clone(), told))
    };
    let (city, region, country) = (contact.city.clean(), contact.region.clean(), contact.country.clean());
    attribute
        .or_else(|| by(Told::Country, &country, COUNTRIES))
        .or_else(|| by(Told::City, &city, CITIES))
        .or_else(|| by(Told::Region, &region, REGIONS))
}

/// Countries of one zone, by English name and ISO code.
const COUNTRIES: &[(&str, &str)] = &[
    ("argentina", "America/Argentina/Buenos_Aires"),
    ("ar", "America/Argentina/Buenos_Aires"),
    ("austria", "Europe/Vienna"),
    ("at", "Europe/Vienna"),
    ("belgium", "Europe/Brussels"),
    ("be", "Europe/Brussels"),
    ("bulgaria", "Europe/Sofia"),
    ("bg", "Europe/Sofia"),
    ("china", "Asia/Shanghai"),
    ("cn", "Asia/Shanghai"),
    ("colombia", "America/Bogota"),
    ("co", "America/Bogota"),
    ("croatia", "Europe/Zagreb"),
    ("hr", "Europe/Zagreb"),
    ("czechia", "Europe/Prague"),
    ("czech republic", "Europe/Prague"),
    ("cz", "Europe/Prague"),
    ("denmark", "Europe/Copenhagen"),
    ("dk", "Europe/Copenhagen"),
    ("egypt", "Africa/Cairo"),
    ("eg", "Africa/Cairo"),
    ("estonia", "Europe/Tallinn"),
    ("ee", "Europe/Tallinn"),
    ("finland", "Europe/Helsinki"),
    ("fi", "Europe/Helsinki"),
    ("france", "Europe/Paris"),
    ("fr", "Europe/Paris"),
    ("germany", "Europe/Berlin"),
    ("de", "Europe/Berlin"),
    ("greece", "Europe/Athens"),
    ("gr", "Europe/Athens"),
    ("hong kong", "Asia/Hong_Kong"),
    ("hungary", "Europe/Budapest"),
    ("hu", "Europe/Budapest"),
    ("iceland", "Atlantic/Reykjavik"),
    ("is", "Atlantic/Reykjavik"),
    ("india", "Asia/Kolkata"),
    ("in", "Asia/Kolkata"),
    ("ireland", "Europe/Dublin"),
    ("ie", "Europe/Dublin"),
    ("israel", "Asia/Jerusalem"),
    ("il", "Asia/Jerusalem"),
    ("italy", "Europe/Rome"),
    ("it", "Europe/Rome"),
    ("japan", "Asia/Tokyo"),
    ("jp", "Asia/Tokyo"),
    ("kenya", "Africa/Nairobi"),
    ("ke", "Africa/Nairobi"),
    ("latvia", "Europe/Riga"),
    ("lv", "Europe/Riga"),
    ("lithuania", "Europe/Vilnius"),
    ("lt", "Europe/Vilnius"),
    ("luxembourg", "Europe/Luxembourg"),
    ("lu", "Europe/Luxembourg"),
    ("malaysia", "Asia/Kuala_Lumpur"),
    ("my", "Asia/Kuala_Lumpur"),
    ("malta", "Europe/Malta"),
    ("mt", "Europe/Malta"),
    ("morocco", "Africa/Casablanca"),
    ("ma", "Africa/Casablanca"),
    ("netherlands", "Europe/Amsterdam"),
    ("the netherlands", "Europe/Amsterdam"),
    ("nl", "Europe/Amsterdam"),
    ("nigeria", "Africa/Lagos"),
    ("ng", "Africa/Lagos"),
    ("norway", "Europe/Oslo"),
    ("no", "Europe/Oslo"),
    ("pakistan", "Asia/Karachi"),
    ("pk", "Asia/Karachi"),
    ("peru", "America/Lima"),
    ("pe", "America/Lima"),
    ("philippines", "Asia/Manila"),
    ("ph", "Asia/Manila"),
    ("poland", "Europe/Warsaw"),
    ("pl", "Europe/Warsaw"),
    ("romania", "Europe/Bucharest"),
    ("ro", "Europe/Bucharest"),
    ("saudi arabia", "Asia/Riyadh"),
    ("sa", "Asia/Riyadh"),
    ("serbia", "Europe/Belgrade"),
    ("rs", "Europe/Belgrade"),
    ("singapore", "Asia/Singapore"),
    ("sg", "Asia/Singapore"),
    ("slovakia", "Europe/Bratislava"),
    ("sk", "Europe/Bratislava"),
    ("slovenia", "Europe/Ljubljana"),
    ("si", "Europe/Ljubljana"),
    ("south africa", "Africa/Johannesburg"),
    ("za", "Africa/Johannesburg"),
    ("south korea", "Asia/Seoul"),
    ("kr", "Asia/Seoul"),
    ("sweden", "Europe/Stockholm"),
    ("se", "Europe/Stockholm"),
    ("switzerland", "Europe/Zurich"),
    ("ch", "Europe/Zurich"),
    ("taiwan", "Asia/Taipei"),
    ("tw", "Asia/Taipei"),
    ("thailand", "Asia/Bangkok"),
    ("th", "Asia/Bangkok"),
    ("tunisia", "Africa/Tunis"),
    ("tn", "Africa/Tunis"),
    ("turkey", "Europe/Istanbul"),
    ("tr", "Europe/Istanbul"),
    ("united arab emirates", "Asia/Dubai"),
    ("ae", "Asia/Dubai"),
    ("united kingdom", "Europe/London"),
    ("great britain", "Europe/London"),
    ("gb", "Europe/London"),
    ("uk", "Europe/London"),
    ("vietnam", "Asia/Ho_Chi_Minh"),
    ("vn", "Asia/Ho_Chi_Minh"),
];

/// Cities of countries with several zones, where the name leaves no doubt.
const CITIES: &[(&str, &str)] = &[
    ("adelaide", "Australia/Adelaide"),
    ("anchorage", "America/Anchorage"),
    ("atlanta", "America/New_York"),
    ("auckland", "Pacific/Auckland"),
    ("barcelona", "Europe/Madrid"),
    ("boston", "America/New_York"),
    ("brasilia", "America/Sao_Paulo"),
    ("brisbane", "Australia/Brisbane"),
    ("calgary", "America/Edmonton"),
    ("chicago", "America/Chicago"),
    ("dallas", "America/Chicago"),
    ("denver", "America/Denver"),
    ("detroit", "America/Detroit"),
    ("edmonton", "America/Edmonton"),
    ("honolulu", "Pacific/Honolulu"),
    ("houston", "America/Chicago"),
    ("jakarta", "Asia/Jakarta"),
    ("lisbon", "Europe/Lisbon"),
    ("los angeles", "America/Los_Angeles"),
    ("madrid", "Europe/Madrid"),
    ("mexico city", "America/Mexico_City"),
    ("miami", "America/New_York"),
    ("minneapolis", "America/Chicago"),
    ("montreal", "America/Toronto"),
    ("moscow", "Europe/Moscow"),
    ("new york", "America/New_York"),
    ("new york city", "America/New_York"),
    ("ottawa", "America/Toronto"),
    ("perth", "Australia/Perth"),
    ("philadelphia", "America/New_York"),
    ("phoenix", "America/Phoenix"),
    ("porto", "Europe/Lisbon"),
    ("rio de janeiro", "America/Sao_Paulo"),
    ("san diego", "America/Los_Angeles"),
    ("san francisco", "America/Los_Angeles"),
    ("santiago de chile", "America/Santiago"),
    ("sao paulo", "America/Sao_Paulo"),
    ("seattle", "America/Los_Angeles"),
    ("sydney", "Australia/Sydney"),
    ("toronto", "America/Toronto"),
    ("valencia", "Europe/Madrid"),
    ("vancouver", "America/Vancouver"),
    ("winnipeg", "America/Winnipeg"),
];

/// Regions that lie in one zone as a whole.
const REGIONS: &[(&str, &str)] = &[
    ("alberta", "America/Edmonton"),
    ("andalucia", "Europe/Madrid"),
    ("arizona", "America/Phoenix"),
    ("california", "America/Los_Angeles"),
    ("catalonia", "Europe/Madrid"),
    ("colorado", "America/Denver"),
    ("connecticut", "America/New_York"),
    ("hawaii", "Pacific/Honolulu"),
    ("illinois", "America/Chicago"),
    ("iowa", "America/Chicago"),
    ("louisiana", "America/Chicago"),
    ("maine", "America/New_York"),
    ("manitoba", "America/Winnipeg"),
    ("maryland", "America/New_York"),
    ("massachusetts", "America/New_York"),
    ("minnesota", "America/Chicago"),
    ("new jersey", "America/New_York"),
    ("new mexico", "America/Denver"),
    ("new south wales", "Australia/Sydney"),
    ("new york", "America/New_York"),
    ("north carolina", "America/New_York"),
    ("ohio", "America/New_York"),
    ("oklahoma", "America/Chicago"),
    ("pennsylvania", "America/New_York"),
    ("queensland", "Australia/Brisbane"),
    ("south australia", "Australia/Adelaide"),
    ("tasmania", "Australia/Hobart"),
    ("utah", "America/Denver"),
    ("vermont", "America/New_York"),
    ("victoria", "Australia/Melbourne"),
    ("virginia", "America/New_York"),
    ("washington", "America/Los_Angeles"),
    ("western australia", "Australia/Perth"),
    ("wisconsin", "America/Chicago"),
    ("wyoming", "America/Denver"),
];

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::domain::ContactId;
    use crate::text::Untrusted;

    fn contact(city: &str, region: &str, country: &str, attribute: Option<(&str, &str)>) -> Contact {
        let text = |value: &str| Untrusted::new(value);
        Contact {
            id: ContactId::parse("c").unwrap(),
            external_id: text(""),
            role: crate::domain::ContactRole::User,
            name: text(""),
            email: text(""),
            phone: text(""),
            country: text(country),
            region: text(region),
            city: text(city),
            language: text(""),
            created_at: None,
            last_seen_at: None,
            companies: Vec::new(),
            tags: Vec::new(),
            attributes: attribute
                .map(|(name, value)| (name.to_owned(), AttributeValue::Text(text(value))))
                .into_iter()
                .collect(),
        }
    }

    fn told(
        city: &str,
        region: &str,
        country: &str,
        attribute: Option<(&str, &str)>,
    ) -> Option<(String, String, Told)> {
        let (zone, place, told) = of(&contact(city, region, country, attribute))?;
        Some((zone.iana_name()?.to_owned(), place.to_string(), told))
    }

    #[test]
    fn a_zone_is_told_by_what_is_certain_and_by_nothing_else() {
        let is = |zone: &str, place: &str, by| Some((zone.to_owned(), place.to_owned(), by));
        assert_eq!(told("Lyon", "Rhône", "France", None), is("Europe/Paris", "France", Told::Country));
        assert_eq!(told("Chicago", "Illinois", "US", None), is("America/Chicago", "Chicago", Told::City));
        assert_eq!(told("", "Utah", "United States", None), is("America/Denver", "Utah", Told::Region));
        assert_eq!(
            told("", "", "France", Some(("time_zone", "Asia/Ho_Chi_Minh"))),
            is("Asia/Ho_Chi_Minh", "Ho Chi Minh", Told::Attribute)
        );
        assert_eq!(told("", "", "United States", None), None);
        assert_eq!(told("", "", "", Some(("tz", "CST"))), None);
        assert_eq!(told("", "", "", Some(("plan", "Europe/Paris"))), None);
    }

    #[test]
    fn every_zone_of_the_tables_exists_and_every_name_is_folded() {
        for (name, zone) in COUNTRIES.iter().chain(CITIES).chain(REGIONS) {
            assert!(TimeZone::get(zone).is_ok(), "{zone}");
            assert_eq!(fold(name), *name);
        }
    }
}
