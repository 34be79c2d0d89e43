/// Writes a form tree back to the wire, with indexed lists and literal brackets, in the order of the tree.
package enum FormEncoder {
    /// The body or query text of a tree.
    package static func encode(_ map: FormMap) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(256)
        for field in map.fields {
            var name: [UInt8] = []
            escape(field.name, into: &name)
            append(field.value, name: name, to: &bytes)
        }
        return bytes
    }

    private static func append(_ value: FormValue, name: [UInt8], to bytes: inout [UInt8]) {
        switch value {
        case .text(let text):
            if !bytes.isEmpty { bytes.append(UInt8(ascii: "&")) }
            bytes.append(contentsOf: name)
            bytes.append(UInt8(ascii: "="))
            escape(text, into: &bytes)
        case .list(let elements):
            for (index, element) in elements.enumerated() {
                append(element, name: bracketed(name, String(index)), to: &bytes)
            }
        case .map(let map):
            for field in map.fields {
                append(field.value, name: bracketed(name, field.name), to: &bytes)
            }
        }
    }

    private static func bracketed(_ name: [UInt8], _ part: String) -> [UInt8] {
        var name = name
        name.append(UInt8(ascii: "["))
        escape(part, into: &name)
        name.append(UInt8(ascii: "]"))
        return name
    }

    /// Appends a text with everything escaped but letters, digits and `-._~`; a space becomes `+`.
    package static func escape(_ text: String, into bytes: inout [UInt8]) {
        var text = text
        text.withUTF8 { utf8 in
            // Most texts need no escape and are copied whole.
            guard utf8.contains(where: { !isUnreserved($0) }) else { return bytes.append(contentsOf: utf8) }
            for byte in utf8 {
                if isUnreserved(byte) {
                    bytes.append(byte)
                } else if byte == 0x20 {
                    bytes.append(UInt8(ascii: "+"))
                } else {
                    bytes += [UInt8(ascii: "%"), hexDigit(byte >> 4), hexDigit(byte & 15)]
                }
            }
        }
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: true
        default: false
        }
    }

    private static func hexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? 0x30 + value : 0x41 + value - 10
    }
}
