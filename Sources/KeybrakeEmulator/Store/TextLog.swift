internal import KeybrakeStripe

/// Texts, one after the other; each is found by where it begins, and never changes.
///
/// Objects of a kind are alike, so after a few texts the log learns one as a model, and those that follow are kept as
/// their differences from it: a charge takes a sixth of its JSON.
struct TextLog: Sendable {
    /// Where a text begins.
    struct Place: Sendable, Equatable {
        fileprivate let slab: UInt32
        fileprivate let offset: UInt32
    }

    /// How many bytes lie together. Small enough that the first change of a copy costs microseconds.
    static let slabBytes = 32_768
    /// From how many texts on a model pays off.
    static let textsBeforeModel = 16

    private var slabs: [[UInt8]] = []
    private var model = TextModel()
    private var textsUntilModel: Int

    /// - Parameter isPacked: `false` for texts that have nothing in common.
    init(isPacked: Bool = true) {
        textsUntilModel = isPacked ? Self.textsBeforeModel : Int.max
    }

    mutating func append(_ text: [UInt8]) -> Place {
        if textsUntilModel > 0 {
            if textsUntilModel < Int.max { textsUntilModel -= 1 }
            return append(text, packed: nil)
        }
        var packed = model.pack(text)
        if packed.count > text.count / 2, model.learn(text) { packed = model.pack(text) }
        return append(text, packed: packed.count < text.count ? packed : nil)
    }

    func text(at place: Place) -> [UInt8] {
        let slab = slabs[Int(place.slab)]
        var at = Int(place.offset)
        let head = Varint.read(slab, &at)
        let length = head >> 1
        return head & 1 == 0 ? Array(slab[at..<(at + length)]) : model.unpack(slab, from: at, length: length)
    }

    func string(at place: Place) -> String {
        String(decoding: text(at: place), as: UTF8.self)
    }

    /// Whether the text there is that one, which was not packed.
    func holds(_ text: String, at place: Place) -> Bool {
        var at = Int(place.offset)
        let slab = Int(place.slab)
        let head = Varint.read(slabs[slab], &at)
        var text = text
        return text.withUTF8 { utf8 in
            head & 1 == 0 && head >> 1 == utf8.count && slabs[slab][at..<(at + utf8.count)].elementsEqual(utf8)
        }
    }

    private mutating func append(_ text: [UInt8], packed: [UInt8]?) -> Place {
        let needed = (packed ?? text).count + 10
        if slabs.isEmpty || slabs[slabs.count - 1].count + needed > Self.slabBytes { slabs.append([]) }
        let last = slabs.count - 1
        let place = Place(
            slab: UInt32(truncatingIfNeeded: last), offset: UInt32(truncatingIfNeeded: slabs[last].count))
        Varint.append(text.count << 1 | (packed == nil ? 0 : 1), to: &slabs[last])
        slabs[last].append(contentsOf: packed ?? text)
        return place
    }
}

/// Whole numbers in as few bytes as they need: seven bits each, the lowest first.
enum Varint {
    static func append(_ number: Int, to bytes: inout [UInt8]) {
        var rest = UInt(bitPattern: number)
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    /// Reads the number at a place and moves on behind it.
    static func read(_ bytes: [UInt8], _ at: inout Int) -> Int {
        var number: UInt = 0
        var shift: UInt = 0
        while true {
            let byte = bytes[at]
            at += 1
            number |= UInt(byte & 0x7F) << shift
            if byte < 0x80 { return Int(bitPattern: number) }
            shift += 7
        }
    }
}
