/// Finds the end of a JSON object in bytes without building anything.
enum JSONObjectSpan {
    /// What lies at the beginning of the bytes.
    enum Finding: Equatable {
        /// A whole object of that many bytes.
        case whole(Int)
        /// An object whose member `data` is an array, which opens at that byte.
        case page(Int)
        /// The bytes end first.
        case unfinished
    }

    /// Judges the object that begins with the first byte.
    ///
    /// - Parameter findsPages: whether an array named `data` ends the search.
    static func judge(_ bytes: UnsafeRawBufferPointer, findsPages: Bool) -> Finding {
        var walk = Walk(bytes: bytes)
        while walk.at < bytes.count {
            switch walk.step() {
            case .inside: continue
            case .closed: return .whole(walk.at)
            case .dataArray(let place): if findsPages { return .page(place) }
            }
        }
        return .unfinished
    }

    /// The length of the rest of an object, whose opening brace lies before the bytes; `nil` when they end first.
    static func tail(_ bytes: UnsafeRawBufferPointer) -> Int? {
        var walk = Walk(bytes: bytes)
        walk.depth = 1
        while walk.at < bytes.count {
            if walk.step() == .closed { return walk.at }
        }
        return nil
    }

    /// A walk over the bytes that knows how deep it is and whether the last string at depth one was `data`.
    private struct Walk {
        enum Step: Equatable { case inside, closed, dataArray(Int) }

        let bytes: UnsafeRawBufferPointer
        var at = 0
        var depth = 0
        private var sawData = false

        init(bytes: UnsafeRawBufferPointer) {
            self.bytes = bytes
        }

        mutating func step() -> Step {
            let byte = bytes[at]
            at += 1
            switch byte {
            case UInt8(ascii: "\""): string()
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                let isData = sawData && depth == 1 && byte == UInt8(ascii: "[")
                depth += 1
                sawData = false
                if isData { return .dataArray(at - 1) }
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                if depth <= 0 { return .closed }
            case UInt8(ascii: ","): sawData = false
            default: break
            }
            return .inside
        }

        /// Passes over a string whose opening quote has been read.
        private mutating func string() {
            let start = at
            while at < bytes.count, bytes[at] != UInt8(ascii: "\"") {
                at += bytes[at] == UInt8(ascii: "\\") ? 2 : 1
            }
            sawData = depth == 1 && at - start == 4 && bytes[start..<start + 4].elementsEqual("data".utf8)
            at = min(at + 1, bytes.count)
        }
    }
}
