#![allow(clippy::unwrap_used)]

use super::*;

fn link(url: &str) -> Option<Link> {
    Link::to(url)
}

fn host(url: &str) -> Option<String> {
    link(url).map(|link| link.host.to_string())
}

fn on(url: &str, words: &str) -> Vec<Warning> {
    let mut links = Links::default();
    let number = links.number(url, false).unwrap();
    links.note_text(number, words);
    links.finish().pop().unwrap().warnings
}

#[test]
fn the_real_host_is_found() {
    assert_eq!(host("https://example.com/path").as_deref(), Some("example.com"));
    assert_eq!(host("https://bank.com@evil.example:443/x").as_deref(), Some("evil.example"));
    assert_eq!(host("http:\\\\evil.example\\@bank.com").as_deref(), Some("evil.example"));
    assert_eq!(host("HTTPS://EXAMPLE.com?x=@y").as_deref(), Some("example.com"));
    assert_eq!(host("mailto:ana@example.com?subject=x").as_deref(), Some("ana@example.com"));
    assert_eq!(host("http://[::1]:80/").as_deref(), Some("[::1]"));
}

#[test]
fn other_schemes_lead_nowhere() {
    for url in ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "/relative", "#anchor", "", "https://"]
    {
        assert_eq!(host(url), None, "{url}");
    }
}

/// Addresses that nothing may ever be started with.
#[test]
fn what_is_no_page_and_no_address_is_no_link() {
    let refused = [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        " javascript:alert(1)",
        "\u{1}javascript:alert(1)",
        "java\nscript:alert(1)",
        "java\tscript:alert(1)",
        "java\u{200b}script:alert(1)",
        "javascript&colon;alert(1)",
        "vbscript:msgbox(1)",
        "data:text/html;base64,PHNjcmlwdD4=",
        "DATA:text/html,<script>",
        "blob:https://example.com/x",
        "filesystem:https://example.com/x",
        "view-source:https://example.com",
        "about:blank",
        "chrome://settings",
        "file:///etc/passwd",
        "FILE:/etc/passwd",
        "file://evil.example/share",
        "\\\\evil.example\\share\\x.exe",
        "//evil.example/x",
        "/etc/passwd",
        "../../x",
        "--help",
        "-h",
        "x-apple.systempreferences:x",
        "ms-msdt:/id PCWDiagnostic",
        "search-ms:query=x&crumb=location:\\\\evil.example",
        "tel:+3312345678",
        "sms:+33123",
        "ssh://-oProxyCommand=x/y",
        "ftp://ftp.example.com/x",
        "steam://run/1",
        "intent://x#Intent;scheme=http;end",
        "https:",
        "https://",
        "https:///",
        "http://@/x",
        "http://:80/",
        "https://exa mple.com/",
        "https://example.com%00.evil.example/",
        "https://exam\u{0}ple.com/",
        "https://exa%20mple.com/",
        "https://example.com:99999/",
        "https://example.com:8o/",
        "https://example.com:-1/",
        "https://[::1/",
        "https://[::g]/",
        "https://[fe80::1%25eth0]/",
        "https://256.256.256.256/",
        "https://1.2.3.4.5/",
        "https://0x100000000/",
        "https://4294967296/",
        "https://a<b>.example/",
        "https://a|b.example/",
        "https://a^b.example/",
        "https://%ff%fe.example/",
        "https://a`b.example/",
        "https://$(id).example/",
        "mailto:",
        "mailto:?subject=x",
        "mailto:nobody",
        "mailto:a b@example.com",
        "mailto:%0d%0aBcc:x@example.com",
        "mailto:a@exam\u{0}ple.com",
        "mailto:a@[127.0.0.1]",
        "mailto:a%3Cb@example.com",
    ];
    assert!(refused.len() >= 56);
    for url in refused {
        assert_eq!(link(url), None, "{url:?}");
    }
    assert_eq!(link(&format!("https://example.com/{}", "x".repeat(20_000))), None);
}

/// What browsers would follow: where it goes, what is opened, and what is said about it.
#[test]
fn what_is_odd_is_opened_in_one_form_and_said() {
    use Warning::*;
    let odd: &[(&str, &str, &str, &[Warning])] = &[
        ("https://bank.com@evil.example/", "evil.example", "https://bank.com@evil.example/", &[UserInfo]),
        ("https://bank.com:443@evil.example", "evil.example", "https://bank.com:443@evil.example", &[UserInfo]),
        ("https://bank.com%2f@evil.example/", "evil.example", "https://bank.com%2f@evil.example/", &[UserInfo]),
        ("https://a@b@evil.example/", "evil.example", "https://a@b@evil.example/", &[UserInfo]),
        ("https://bank.com\\@evil.example", "bank.com", "https://bank.com/@evil.example", &[Backslash]),
        ("http:\\\\evil.example\\x", "evil.example", "http://evil.example/x", &[Backslash]),
        ("https:evil.example", "evil.example", "https://evil.example", &[Backslash]),
        ("https:////evil.example/", "evil.example", "https://evil.example/", &[Backslash]),
        ("ht\ntps://ev\til.example/", "evil.example", "https://evil.example/", &[]),
        ("  https://evil.example/\u{0}", "evil.example", "https://evil.example/", &[]),
        ("HTTPS://EVIL.Example/A", "evil.example", "https://evil.example/A", &[]),
        ("https://%65vil.example/", "evil.example", "https://evil.example/", &[]),
        ("https://ｅｖｉｌ。example/", "evil.example", "https://evil.example/", &[]),
        ("https://ev\u{200b}il.example/", "evil.example", "https://evil.example/", &[Hidden]),
        ("https://ev\u{ad}il.example/", "evil.example", "https://evil.example/", &[Hidden]),
        ("https://evil.example/\u{202e}gpj.exe", "evil.example", "https://evil.example/%E2%80%AEgpj.exe", &[Hidden]),
        ("https://evil.example/a\u{1b}[2J", "evil.example", "https://evil.example/a%1B[2J", &[Hidden]),
        ("https://evil.example/%00", "evil.example", "https://evil.example/%00", &[]),
        ("https://evil.example/'$(x)`y`", "evil.example", "https://evil.example/%27$%28x)%60y%60", &[]),
        ("https://evil.example/ x\" y", "evil.example", "https://evil.example/%20x%22%20y", &[]),
        ("https://ja.example/日本", "ja.example", "https://ja.example/%E6%97%A5%E6%9C%AC", &[]),
        ("https://evil.example:8443/", "evil.example", "https://evil.example:8443/", &[Port]),
        ("https://evil.example:443/", "evil.example", "https://evil.example/", &[]),
        ("http://evil.example:/x", "evil.example", "http://evil.example/x", &[]),
        ("http://192.0.2.7/", "192.0.2.7", "http://192.0.2.7/", &[Address]),
        ("http://3221225991/", "192.0.2.7", "http://192.0.2.7/", &[OddAddress]),
        ("http://0xC0000207/", "192.0.2.7", "http://192.0.2.7/", &[OddAddress]),
        ("http://0300.0.2.7/", "192.0.2.7", "http://192.0.2.7/", &[OddAddress]),
        ("http://192.0.519/", "192.0.2.7", "http://192.0.2.7/", &[OddAddress]),
        ("http://①②⑦.0.0.1/", "127.0.0.1", "http://127.0.0.1/", &[OddAddress, Near]),
        ("http://0/", "0.0.0.0", "http://0.0.0.0/", &[OddAddress, Near]),
        ("http://127.1/", "127.0.0.1", "http://127.0.0.1/", &[OddAddress, Near]),
        ("http://10.0.0.1/", "10.0.0.1", "http://10.0.0.1/", &[Near, Address]),
        ("http://169.254.169.254/latest", "169.254.169.254", "http://169.254.169.254/latest", &[Near, Address]),
        ("http://[::1]/", "[::1]", "http://[::1]/", &[Near, Address]),
        ("http://[::ffff:127.0.0.1]/", "[::ffff:127.0.0.1]", "http://[::ffff:127.0.0.1]/", &[Near, Address]),
        ("http://localhost:631/", "localhost", "http://localhost:631/", &[Near, Port]),
        ("http://printer.local/", "printer.local", "http://printer.local/", &[Near]),
        ("http://intranet/", "intranet", "http://intranet/", &[Near]),
        (
            "https://paypal.com.evil.example/",
            "paypal.com.evil.example",
            "https://paypal.com.evil.example/",
            &[HostWithin],
        ),
        ("https://bank.com-login.example/", "bank.com-login.example", "https://bank.com-login.example/", &[HostWithin]),
        ("https://shop.example.com.au/", "shop.example.com.au", "https://shop.example.com.au/", &[]),
        ("https://www.example.co.uk/", "www.example.co.uk", "https://www.example.co.uk/", &[]),
        ("https://аррӏе.com/", "xn--80ak6aa92e.com", "https://xn--80ak6aa92e.com/", &[LookAlike]),
        ("https://xn--80ak6aa92e.com/", "xn--80ak6aa92e.com", "https://xn--80ak6aa92e.com/", &[LookAlike]),
        ("https://gооgle.com/", "xn--ggle-55da.com", "https://xn--ggle-55da.com/", &[MixedScripts]),
        ("https://münchen.de/", "xn--mnchen-3ya.de", "https://xn--mnchen-3ya.de/", &[]),
        ("https://例え.jp/", "xn--r8jz45g.jp", "https://xn--r8jz45g.jp/", &[]),
        ("https://почта.example/", "xn--80a1acny.example", "https://xn--80a1acny.example/", &[]),
        ("https://bad..example/", "bad..example", "https://bad..example/", &[BadHost]),
        ("https://a_b.example/", "a_b.example", "https://a_b.example/", &[]),
        ("https://evil.example./", "evil.example.", "https://evil.example./", &[]),
        ("https://a.b.c.d.e.f.g.example/", "a.b.c.d.e.f.g.example", "https://a.b.c.d.e.f.g.example/", &[LongHost]),
        ("mailto:Ana@EXAMPLE.com", "Ana@example.com", "mailto:Ana@example.com", &[]),
        ("mailto:ana@example.com?attach=/etc/passwd", "ana@example.com", "mailto:ana@example.com", &[MailFields]),
        ("mailto:a@b.example,c@d.example", "a@b.example, c@d.example", "mailto:a@b.example,c@d.example", &[MailFields]),
        (
            "mailto:a@b.example?subject=Hi%0d%0aBcc:x&bcc=y@z.example",
            "a@b.example",
            "mailto:a@b.example?subject=HiBcc%3Ax",
            &[MailFields],
        ),
        (
            "mailto:a@b.example?body=1%0A2%00`x`;$(y)",
            "a@b.example",
            "mailto:a@b.example?body=1%0A2%60x%60%3B%24%28y%29",
            &[],
        ),
    ];
    for (url, host, opened, warnings) in odd {
        let link = link(url).unwrap_or_else(|| panic!("{url}"));
        assert_eq!((link.host.as_str(), link.url.as_raw()), (*host, *opened), "{url:?}");
        assert_eq!(link.warnings, *warnings, "{url:?}");
        assert_eq!(link.shown.as_str(), link.url.as_raw(), "what is shown is what is opened: {url:?}");
        assert!(link.url.as_raw().bytes().all(|byte| byte.is_ascii_graphic()), "{url:?}");
        assert_eq!(Link::to(opened).unwrap().url, link.url, "read again, it is the same: {url:?}");
    }
}

#[test]
fn a_host_is_told_with_its_own_letters_too() {
    assert_eq!(link("https://münchen.de/").unwrap().host_as_read().unwrap().as_str(), "münchen.de");
    assert_eq!(link("mailto:ana@xn--mnchen-3ya.de").unwrap().host_as_read().unwrap().as_str(), "ana@münchen.de");
    assert_eq!(link("https://example.com/").unwrap().host_as_read(), None);
}

#[test]
fn words_that_name_another_place_are_said() {
    let other = |url, words| on(url, words).contains(&Warning::OtherHost);
    for (url, words) in [
        ("https://evil.example/login", "www.bank.com/login"),
        ("https://evil.example/login", "https://bank.com"),
        ("https://evil.example/", "Log in at bank.com now"),
        ("https://evil.example/", "(see www.bank.example)"),
        ("https://evil.example/", "b\u{200b}ank.com"),
        ("https://evil.example/", "help@bank.com"),
        ("https://bank.com.evil.example/", "bank.com"),
        ("https://bank.com@evil.example/", "https://bank.com@evil.org/"),
        ("http://192.0.2.7/", "bank.com"),
        ("https://xn--80ak6aa92e.com/", "apple.com"),
        ("mailto:evil@evil.example", "help@bank.com"),
    ] {
        assert!(other(url, words), "{url} {words}");
    }
    for (url, words) in [
        ("https://shop.example.com/x", "example.com"),
        ("https://example.com/x", "www.example.com."),
        ("https://shop.example.com/y", "your order"),
        ("https://files.example/x", "invoice.pdf"),
        ("https://evil.example/", "e.g. this, etc."),
        ("https://münchen.de/", "münchen.de"),
        ("https://example.com/", "https://example.com/?a=@b"),
        ("mailto:ana@example.com", "Ana@Example.com"),
        ("mailto:ana@example.com", "write to us"),
    ] {
        assert!(!other(url, words), "{url} {words}");
    }
}

#[test]
fn one_target_has_one_number_however_it_is_written() {
    let mut links = Links::default();
    assert_eq!(links.number("https://evil.example/login", false), Some(1));
    assert_eq!(links.number("HTTPS://evil.example:443/login", false), Some(1));
    assert_eq!(links.number("https:\\\\evil.example\\login", false), Some(1));
    assert_eq!(links.number("https://evil.example/other", false), Some(2));
    assert_eq!(links.number("mailto:a@b.example", true), None, "no image");
    links.note_text(1, "evil.example");
    links.number("https://evil.example/login", false);
    links.note_text(1, "evil.example");
    links.number("https://evil.example/login", false);
    links.note_text(1, "log in");
    let links = links.finish();
    assert_eq!(links.len(), 2);
    assert_eq!(links[0].text.as_str(), "evil.example · log in");
    assert_eq!(links[0].warnings, [Warning::Backslash], "the odd way is not forgotten");
}

#[test]
fn addresses_in_words_end_before_punctuation() {
    let text = "See https://example.com/a_(b), or (http://x.org). www.y.net! xhttps://no https://";
    let found: Vec<&str> = addresses(text).into_iter().map(|range| &text[range]).collect();
    assert_eq!(found, ["https://example.com/a_(b)", "http://x.org", "www.y.net"]);
}

proptest::proptest! {
    #[test]
    fn whatever_is_written_nothing_but_a_plain_address_comes_out(url in "(https?|mailto|HTTP|x)?:?[/\\\\]{0,3}\\PC{0,40}") {
        if let Some(link) = Link::to(&url) {
            let raw = link.url.as_raw();
            assert!(raw.starts_with("https://") || raw.starts_with("http://") || raw.starts_with("mailto:"));
            assert!(raw.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"'<>`\\{}|^".contains(&byte)));
            assert_eq!(Link::to(raw).map(|again| again.url), Some(link.url.clone()));
        }
    }
}
