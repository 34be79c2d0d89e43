/// A Stripe API version such as `2026-05-27.dahlia` or `2020-08-27`.
package struct APIVersion: Sendable, Hashable, CustomStringConvertible {
    package let text: String
    package var description: String { text }

    /// The version, when it is well formed: a date, then optionally a point and a lower-case name.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count >= 10, bytes.count <= 40, bytes[4] == 0x2D, bytes[7] == 0x2D else { return nil }
        for index in [0, 1, 2, 3, 5, 6, 8, 9] where !(0x30...0x39).contains(bytes[index]) { return nil }
        if bytes.count > 10 {
            guard bytes[10] == 0x2E, bytes.count > 11, bytes[11...].allSatisfy({ (0x61...0x7A).contains($0) }) else {
                return nil
            }
        }
        self.text = text
    }
}
