internal import KeybrakeCrypto

/// The frame of an HTML page: head with a strict content security policy, style and script by hash, skip link.
struct HTMLPage {
    let writer = MarkupWriter()

    /// Opens the page up to the beginning of its body.
    init(title: String) {
        let style = HTMLStyle.text
        let script = HTMLScript.text
        let policy =
            "default-src 'none'; style-src '\(Self.hash(style))'; script-src '\(Self.hash(script))'; "
            + "base-uri 'none'; form-action 'none'"
        writer.raw("<!DOCTYPE html>\n")
        writer.start("html", [("lang", "en")])
        writer.start("head")
        writer.void("meta", [("charset", "utf-8")])
        writer.void("meta", [("http-equiv", "Content-Security-Policy"), ("content", policy)])
        writer.void("meta", [("name", "viewport"), ("content", "width=device-width, initial-scale=1")])
        writer.void("meta", [("name", "referrer"), ("content", "no-referrer")])
        writer.void("meta", [("name", "robots"), ("content", "noindex")])
        writer.element("title", SafeText.line(title, max: 200))
        writer.start("style")
        writer.raw(style)
        writer.end()
        writer.end()
        writer.raw("\n")
        writer.start("body")
        writer.element("a", [("class", "skip"), ("href", "#main")], "Skip to the findings")
    }

    /// Closes the page with its script and gives the document.
    func finish() -> [UInt8] {
        writer.start("script")
        writer.raw(HTMLScript.text)
        writer.end()
        writer.raw("\n")
        return writer.finish() + [0x0A]
    }

    private static func hash(_ text: String) -> String {
        "sha256-" + Base64.text(SHA256Digest(hashing: text).bytes)
    }
}
