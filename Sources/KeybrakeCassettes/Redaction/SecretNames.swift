/// What a parameter's or member's name says about the secrecy of its value.
enum SecretNames {
    /// What is done with a value.
    enum Treatment: Sendable {
        /// A credential: becomes a pseudonym.
        case credential
        /// Nothing may be kept.
        case whole
        /// The last four characters may be kept.
        case lastFour
        /// A card number, however it is written.
        case card
        /// A date of birth, or a name that the user added: everything inside becomes a constant of the same type.
        case everything
    }

    /// By name in lower case without `_` and `-`, so that `clientSecret` and `client-secret` count as well.
    private static let treatments: [String: Treatment] = {
        var table: [String: Treatment] = [:]
        for name in credentials { table[name] = .credential }
        for name in secrets { table[name] = .whole }
        for name in numbers { table[name] = .lastFour }
        for name in ["dob", "dateofbirth", "birthdate"] { table[name] = .everything }
        return table
    }()

    private static let credentials = [
        "clientsecret", "secret", "accesstoken", "refreshtoken", "idtoken", "bearertoken", "apikey", "secretkey",
        "privatekey", "signingsecret", "webhooksecret", "payload",
    ]
    private static let secrets = [
        "password", "passwd", "passphrase", "pin", "encryptednumber", "cvc", "cvv", "cvc2", "cvv2", "ssn", "ssnlast4",
        "fullssn", "idnumber", "idnumbersecondary", "personalidnumber", "verificationcode", "securitycode",
    ]
    private static let numbers = [
        "accountnumber", "routingnumber", "iban", "bban", "sortcode", "bsbnumber", "clabe", "institutionnumber",
        "transitnumber",
    ]

    /// What to do with the value of a member; `nil` when its name says nothing.
    static func treatment(_ name: String, additional: Set<String>) -> Treatment? {
        let bare = bareName(name)
        if let treatment = treatments[bare] { return treatment }
        return additional.isEmpty || !(additional.contains(name) || additional.contains(bare)) ? nil : .everything
    }

    private static func bareName(_ name: String) -> String {
        guard name.utf8.contains(where: { $0 < 0x61 || $0 > 0x7A }) else { return name }
        let bytes = name.utf8.lazy.filter { $0 != UInt8(ascii: "_") && $0 != UInt8(ascii: "-") }
        return String(decoding: bytes.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
    }
}
