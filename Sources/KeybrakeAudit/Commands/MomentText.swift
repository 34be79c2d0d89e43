internal import KeybrakeStripe

/// Reads moments as people type them: a day, a time in UTC, or Unix seconds.
package enum MomentText {
    /// Unix seconds, or `nil` when the text is no moment. A day means its beginning in UTC.
    package static func unixSeconds(_ text: String) -> Int64? {
        if let seconds = Int64(text), seconds >= 0 { return seconds }
        let bytes = Array(text.utf8)
        let whole = bytes.count == 10 ? bytes + Array(" 00:00:00".utf8) : bytes
        var dates = DateText()
        return whole.withUnsafeBytes { dates.unixSeconds($0) }
    }
}
