package import KeybrakeStripe
package import NIOHTTP1

/// What a request says about who is calling: the conversation, the agent, the turn, the task.
///
/// These are claims. The key's own binding is authoritative; a claim that contradicts it is refused.
package struct Attributes: Sendable, Equatable {
    /// Where a claim was found, from the most to the least trusted; claims are collected in this order.
    package enum Source: String, Sendable {
        case key, suffix, path, header, baggage, metadata, description
    }

    /// One claimed conversation or agent.
    package struct Claim: Sendable, Equatable {
        package var value: String
        package var source: Source
    }

    /// How long one value may be; longer ones, and ones that look like a secret, are ignored.
    package static let valueBytesMax = 200

    package private(set) var conversations: [Claim] = []
    package private(set) var agents: [Claim] = []
    package private(set) var turn: String?
    package private(set) var task: String?
    /// The session of a cassette or the world of the emulator; from the path or the key's suffix.
    package private(set) var session: String?

    /// Collects every claim that a request makes.
    package init(
        target: RequestTarget, suffixes: [(String, String)], headers: HTTPHeaders, form: FormMap
    ) {
        session = target.session
        for (name, value) in suffixes { take(name, value, .suffix) }
        if let conversation = target.conversation { add(conversation, .path, to: \.conversations) }
        takeHeaders(headers)
        takeForm(form)
    }

    private mutating func takeHeaders(_ headers: HTTPHeaders) {
        var baggage: [String] = []
        // By the length first, because this runs for every header of every request.
        for (name, value) in headers {
            switch name.utf8.count {
            case 7 where name.lowercased() == "baggage": baggage.append(value)
            case 12, 17:
                switch name.lowercased() {
                case "x-conversation-id": add(value, .header, to: \.conversations)
                case "x-agent-name": add(value, .header, to: \.agents)
                case "x-agent-turn": turn = turn ?? bounded(value)
                case "x-agent-task": task = task ?? bounded(value)
                default: continue
                }
            default: continue
            }
        }
        for value in baggage { takeBaggage(value) }
    }

    /// W3C baggage: `name=value;property,name=value`, values percent-encoded.
    private mutating func takeBaggage(_ header: String) {
        for member in header.utf8.split(separator: UInt8(ascii: ",")) {
            let pair = member.prefix { $0 != UInt8(ascii: ";") }
            guard let equals = pair.firstIndex(of: UInt8(ascii: "=")) else { continue }
            let raw = String(Substring(pair[pair.index(after: equals)...])).trimmingSpaces
            guard let value = raw.percentDecoded else { continue }
            switch String(Substring(pair[..<equals])).trimmingSpaces {
            case "gen_ai.conversation.id": add(value, .baggage, to: \.conversations)
            case "gen_ai.agent.name": add(value, .baggage, to: \.agents)
            default: continue
            }
        }
    }

    private mutating func takeForm(_ form: FormMap) {
        if let metadata = form["metadata"]?.map {
            for field in metadata.fields {
                guard let text = field.value.text else { continue }
                switch field.name {
                case "conversation_id": add(text, .metadata, to: \.conversations)
                case "agent", "agent_name": add(text, .metadata, to: \.agents)
                case "turn": turn = turn ?? bounded(text)
                default: continue
                }
            }
        }
        if let description = form.text("description"), let tag = ConversationTag.first(in: description) {
            add(tag, .description, to: \.conversations)
        }
    }

    private mutating func take(_ name: String, _ value: String, _ source: Source) {
        switch name {
        case "conversation", "conv": add(value, source, to: \.conversations)
        case "agent": add(value, source, to: \.agents)
        case "turn": turn = turn ?? bounded(value)
        case "task": task = task ?? bounded(value)
        case "session": session = session ?? bounded(value)
        default: break
        }
    }

    private mutating func add(_ value: String, _ source: Source, to list: WritableKeyPath<Attributes, [Claim]>) {
        guard let value = bounded(value) else { return }
        self[keyPath: list].append(Claim(value: value, source: source))
    }

    private func bounded(_ value: String) -> String? {
        value.isEmpty || value.utf8.count > Self.valueBytesMax || SecretText.isLikely(value) ? nil : value
    }
}

extension String {
    /// The text without blanks at both ends.
    fileprivate var trimmingSpaces: String {
        var bytes = Substring(self).utf8
        while bytes.first == 0x20 || bytes.first == 0x09 { bytes = bytes.dropFirst() }
        while bytes.last == 0x20 || bytes.last == 0x09 { bytes = bytes.dropLast() }
        return String(Substring(bytes))
    }

    /// The text with percent escapes undone; `nil` when one is broken or the bytes are not UTF-8.
    fileprivate var percentDecoded: String? {
        guard utf8.contains(UInt8(ascii: "%")) else { return self }
        var decoded: [UInt8] = []
        var rest = Substring(self).utf8
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                decoded.append(byte)
                continue
            }
            let digits = rest.prefix(2)
            guard digits.count == 2, !digits.contains(UInt8(ascii: "+")), !digits.contains(UInt8(ascii: "-")),
                let value = UInt8(Substring(digits), radix: 16)
            else { return nil }
            decoded.append(value)
            rest = rest.dropFirst(2)
        }
        return String(validating: decoded, as: UTF8.self)
    }
}
