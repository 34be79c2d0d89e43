/// The `[conv:<id>]` tag that tools put into a description.
package enum ConversationTag {
    /// The id inside the first tag of a text; `nil` when there is no closed, non-empty tag.
    package static func first(in text: String) -> String? {
        let utf8 = text.utf8
        guard utf8.count >= opening.count + 2, let start = indexAfterOpening(in: utf8) else { return nil }
        guard let end = utf8[start...].firstIndex(of: UInt8(ascii: "]")), end > start else { return nil }
        let id = text[start..<end]
        return id.utf8.count <= Attributes.valueBytesMax ? String(id) : nil
    }

    private static let opening = Array("[conv:".utf8)

    private static func indexAfterOpening(in utf8: String.UTF8View) -> String.UTF8View.Index? {
        var at = utf8.startIndex
        while let bracket = utf8[at...].firstIndex(of: UInt8(ascii: "[")) {
            if utf8[bracket...].starts(with: opening) { return utf8.index(bracket, offsetBy: opening.count) }
            at = utf8.index(after: bracket)
        }
        return nil
    }
}
