/// Why bytes are no HTTP/1.1 message that every parser would read the same way. The text never quotes input.
struct WireDefect: Error, Equatable {
    let text: String

    init(_ text: StaticString) {
        self.text = text.description
    }
}
