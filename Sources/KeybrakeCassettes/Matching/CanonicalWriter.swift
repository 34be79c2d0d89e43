internal import KeybrakeStripe

/// Writes the bytes of a ``RequestKey`` and collects what they leave out.
///
/// Every text ends with a zero byte and every map, list and UUID has a mark of its own, so that different trees never
/// have the same bytes.
struct CanonicalWriter {
    private(set) var bytes: [UInt8] = []
    private(set) var uuids: [UUIDText] = []
    private(set) var marks: [Attribution.Mark] = []

    init() {
        bytes.reserveCapacity(256)
    }

    /// A text without conversation tags and with its UUIDs as numbers, as it stands in a key.
    mutating func write(text: String) {
        guard text.utf8.count >= 8 else { return write(plain: text) }
        var text = text
        text.withUTF8 { utf8 in
            guard ByteSearch.first(Attribution.tagOpening, in: utf8, from: 0) != nil else {
                return writeNumberingUUIDs(utf8)
            }
            var rest = withoutTags(utf8)[...]
            while rest.first == 0x20 { rest = rest.dropFirst() }
            while rest.last == 0x20 { rest = rest.dropLast() }
            rest.withUnsafeBufferPointer { writeNumberingUUIDs($0) }
        }
        bytes.append(0)
    }

    mutating func write(_ request: RecordedRequest) {
        bytes.append(contentsOf: request.method.utf8)
        bytes.append(UInt8(ascii: " "))
        write(text: request.path)
        write(plain: request.account ?? "")
        write(request.parameters, place: .top)
        if let json = request.json {
            bytes.append(UInt8(ascii: "j"))
            write(json, place: .top)
        }
        if let raw = request.raw {
            bytes.append(UInt8(ascii: "r"))
            bytes.append(contentsOf: MultipartBoundary.normalised(raw))
        }
    }

    // MARK: Forms

    private mutating func write(_ map: FormMap, place: TextPlace) {
        bytes.append(UInt8(ascii: "{"))
        for field in map.fields.sorted(by: { $0.name < $1.name }) {
            let inside = place.inside(field.name)
            if let text = field.value.text, note(text, at: inside) { continue }
            if case .map(let map) = field.value, noteAll(map, at: inside) { continue }
            write(plain: field.name)
            write(field.value, place: inside)
        }
        bytes.append(UInt8(ascii: "}"))
    }

    private mutating func write(_ value: FormValue, place: TextPlace) {
        switch value {
        case .text(let text): write(text: text)
        case .map(let map): write(map, place: place)
        case .list(let elements):
            bytes.append(UInt8(ascii: "["))
            if place.isSet, elements.allSatisfy({ $0.text != nil }) {
                for text in Set(elements.compactMap(\.text)).sorted() { write(text: text) }
            } else {
                for element in elements { write(element, place: place) }
            }
            bytes.append(UInt8(ascii: "]"))
        }
    }

    // MARK: JSON

    private mutating func write(_ value: JSONValue, place: TextPlace) {
        switch value {
        case .null: bytes.append(UInt8(ascii: "n"))
        case .bool(let truth): write(plain: truth ? "true" : "false")
        case .integer(let number): write(plain: String(number))
        case .numeral(let text): write(plain: text)
        case .string(let text): write(text: text)
        case .object(let object): write(object, place: place)
        case .array(let elements):
            bytes.append(UInt8(ascii: "["))
            if place.isSet, elements.allSatisfy({ $0.stringValue != nil }) {
                for text in Set(elements.compactMap(\.stringValue)).sorted() { write(text: text) }
            } else {
                for element in elements { write(element, place: place) }
            }
            bytes.append(UInt8(ascii: "]"))
        }
    }

    private mutating func write(_ object: JSONObject, place: TextPlace) {
        bytes.append(UInt8(ascii: "{"))
        for member in object.members.sorted(by: { $0.name < $1.name }) {
            let inside = place.inside(member.name)
            if let text = member.value.stringValue, note(text, at: inside) { continue }
            write(plain: member.name)
            write(member.value, place: inside)
        }
        bytes.append(UInt8(ascii: "}"))
    }

    // MARK: Texts

    /// Notes a value that only attributes the call; whether it was one.
    private mutating func note(_ text: String, at place: TextPlace) -> Bool {
        guard Attribution.isAttribution(place.name, parent: place.parent) else { return false }
        marks.append(Attribution.Mark(name: place.name, value: text))
        return true
    }

    /// Notes the values of a map that only attributes the call: a request with it is the same as one without.
    private mutating func noteAll(_ map: FormMap, at place: TextPlace) -> Bool {
        guard map.fields.allSatisfy({ Attribution.isAttribution($0.name, parent: place.name) && $0.value.text != nil })
        else { return false }
        for field in map.fields { _ = note(field.value.text ?? "", at: place.inside(field.name)) }
        return true
    }

    private mutating func write(plain text: String) {
        bytes.append(contentsOf: text.utf8)
        bytes.append(0)
    }

    private mutating func withoutTags(_ utf8: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        var rest: [UInt8] = []
        var copied = 0
        while let found = Attribution.firstTag(in: utf8, from: copied) {
            marks.append(Attribution.Mark(name: "", value: String(decoding: utf8[found.id], as: UTF8.self)))
            rest.append(contentsOf: utf8[copied..<found.tag.lowerBound])
            copied = found.tag.upperBound
        }
        rest.append(contentsOf: utf8[copied...])
        return rest
    }

    private mutating func writeNumberingUUIDs(_ utf8: UnsafeBufferPointer<UInt8>) {
        var copied = 0
        while let found = UUIDText.first(in: utf8, from: copied) {
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: utf8[copied..<found.range.lowerBound]))
            bytes.append(1)
            JSONWriter.append(Int64(number(of: found.uuid)), to: &bytes)
            bytes.append(1)
            copied = found.range.upperBound
        }
        bytes.append(contentsOf: UnsafeBufferPointer(rebasing: utf8[copied...]))
    }

    private mutating func number(of uuid: UUIDText) -> Int {
        if let known = uuids.firstIndex(where: { $0.value == uuid.value }) { return known }
        uuids.append(uuid)
        return uuids.count - 1
    }
}

extension TextPlace {
    /// Whether the order of a list at this place means nothing.
    var isSet: Bool { parent.isEmpty && (name == "expand" || name == "include") }
}
