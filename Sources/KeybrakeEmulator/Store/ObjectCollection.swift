internal import KeybrakeStripe

/// All objects of one kind in the order of their making, found by id, and by the values of a few members.
///
/// What is kept of an object is a small record that says where its texts begin; reading an object puts it together.
struct ObjectCollection: Sendable {
    private struct Record: Sendable {
        var created: Int64
        var id: TextLog.Place
        var text: TextLog.Place
        var owner: TextLog.Place?
        var card: TestCard.Row?
        var isDeleted: Bool
        var isSpent: Bool
        var isSetUp: Bool
        /// Another object of the same id was made after this one had been deleted.
        var isSuperseded = false
    }

    private var records = ChunkedArray<Record>()
    private var texts = TextLog()
    private var names = TextLog(isPacked: false)
    private var index = PositionIndex()
    private var postings: [Postings]
    /// The string members by which lists can be narrowed without a scan.
    let indexedMembers: [String]
    /// Whether objects lie in the order of their `created`, which imported ones need not.
    private(set) var isInOrderOfTime = true

    init(indexedMembers: [String]) {
        self.indexedMembers = indexedMembers
        postings = Array(repeating: Postings(), count: indexedMembers.count)
    }

    /// The objects, oldest first.
    var objects: ObjectCollection { self }

    func position(of id: String) -> Int? {
        index.first(StableHash.of(id)) { names.holds(id, at: records[$0].id) }
    }

    /// The positions of the objects whose member has that value, oldest first; `nil` when the member is not indexed.
    func positions(where member: String, is value: String) -> PositionList? {
        guard let slot = indexedMembers.firstIndex(of: member) else { return nil }
        return postings[slot].positions(of: value) { StoredObject.text(member, in: bytes(at: $0)) }
    }

    func created(at position: Int) -> Int64 { records[position].created }
    func isListed(at position: Int) -> Bool { !records[position].isDeleted }
    func bytes(at position: Int) -> [UInt8] { texts.text(at: records[position].text) }
    /// Where the object's present text is kept.
    func place(at position: Int) -> TextLog.Place { records[position].text }
    /// A text that was an object's once.
    func bytes(at place: TextLog.Place) -> [UInt8] { texts.text(at: place) }

    /// Adds an object at the end, or puts it in the place of the one with its id.
    ///
    /// - Parameter tree: the object's contents, when they are at hand: reading members off it is cheaper.
    @discardableResult
    mutating func insert(_ object: StoredObject, tree: JSONObject? = nil) -> Int {
        let hash = StableHash.of(object.id)
        if let position = position(of: object.id) {
            guard records[position].isDeleted, !object.isDeleted else {
                replace(at: position, by: object)
                return position
            }
            // One that is made again is new, so it comes first in lists.
            records[position].isSuperseded = true
            index.replace(position, hash: hash, by: count)
        } else {
            index.insert(count, hash: hash)
        }
        if let last = records.last, last.created > object.created { isInOrderOfTime = false }
        records.append(record(object, id: names.append(Array(object.id.utf8))))
        guard !object.isDeleted else { return count - 1 }
        let position = count - 1
        for (slot, member) in indexedMembers.enumerated() {
            let value = tree.map { $0.text(member) } ?? StoredObject.text(member, in: object.bytes)
            if let value { add(position, to: value, slot: slot) }
        }
        return position
    }

    /// Gives an object new contents.
    mutating func update(at position: Int, bytes: [UInt8]) {
        if !indexedMembers.isEmpty, !records[position].isDeleted {
            let old = self.bytes(at: position)
            for (slot, member) in indexedMembers.enumerated() {
                let before = StoredObject.text(member, in: old)
                let after = StoredObject.text(member, in: bytes)
                guard before != after else { continue }
                if let before { remove(position, from: before, slot: slot) }
                if let after { add(position, to: after, slot: slot) }
            }
        }
        records[position].text = texts.append(bytes)
    }

    mutating func spend(at position: Int) {
        records[position].isSpent = true
    }

    mutating func give(at position: Int, to owner: String) {
        records[position].owner = names.append(Array(owner.utf8))
    }

    mutating func setUp(at position: Int) {
        records[position].isSetUp = true
    }

    /// Takes an object out of all lists; retrieving it answers the given text.
    mutating func delete(at position: Int, answering bytes: [UInt8]) {
        unindex(at: position)
        records[position].text = texts.append(bytes)
        records[position].isDeleted = true
    }

    /// An object with what is kept of it.
    struct Saved {
        let object: StoredObject
        /// Another object of the same id was made after this one had been deleted.
        let isSuperseded: Bool
    }

    /// Everything that there is, oldest first.
    var saved: some Sequence<Saved> {
        indices.lazy.map { Saved(object: self[$0], isSuperseded: records[$0].isSuperseded) }
    }

    /// Adds what was ``saved`` at the end.
    mutating func restore(_ saved: Saved) {
        let object = saved.object
        if let last = records.last, last.created > object.created { isInOrderOfTime = false }
        if !saved.isSuperseded { index.insert(count, hash: StableHash.of(object.id)) }
        records.append(record(object, id: names.append(Array(object.id.utf8))))
        records[count - 1].isSuperseded = saved.isSuperseded
        indexMembers(at: count - 1)
    }

    /// Puts the objects in the order of their `created`; those of the same second stay as they are.
    mutating func sortByTime() {
        guard !isInOrderOfTime else { return }
        let order = indices.sorted { left, right in
            let times = (created(at: left), created(at: right))
            return times.0 == times.1 ? left < right : times.0 < times.1
        }
        let old = records
        records = ChunkedArray()
        index = PositionIndex()
        postings = Array(repeating: Postings(), count: indexedMembers.count)
        isInOrderOfTime = true
        // The texts stay where they are, because events point at them.
        for position in order {
            records.append(old[position])
            let place = count - 1
            if !old[position].isSuperseded {
                index.insert(place, hash: StableHash.of(names.string(at: old[position].id)))
            }
            indexMembers(at: place)
        }
    }

    private mutating func replace(at position: Int, by object: StoredObject) {
        unindex(at: position)
        let isEarly = position > 0 && records[position - 1].created > object.created
        let isLate = position + 1 < count && records[position + 1].created < object.created
        if isEarly || isLate { isInOrderOfTime = false }
        records[position] = record(object, id: records[position].id)
        indexMembers(at: position)
    }

    private mutating func indexMembers(at position: Int) {
        guard !indexedMembers.isEmpty, !records[position].isDeleted else { return }
        let text = bytes(at: position)
        for (slot, member) in indexedMembers.enumerated() {
            if let value = StoredObject.text(member, in: text) { add(position, to: value, slot: slot) }
        }
    }

    private mutating func record(_ object: StoredObject, id: TextLog.Place) -> Record {
        Record(
            created: object.created, id: id, text: texts.append(object.bytes),
            owner: object.owner.map { names.append(Array($0.utf8)) }, card: object.card, isDeleted: object.isDeleted,
            isSpent: object.isSpent, isSetUp: object.isSetUp)
    }

    private mutating func unindex(at position: Int) {
        guard !indexedMembers.isEmpty, !records[position].isDeleted else { return }
        let old = bytes(at: position)
        for (slot, member) in indexedMembers.enumerated() {
            if let value = StoredObject.text(member, in: old) { remove(position, from: value, slot: slot) }
        }
    }

    private mutating func add(_ position: Int, to value: String, slot: Int) {
        let member = indexedMembers[slot]
        var changed = postings[slot]
        postings[slot] = Postings()
        changed.insert(position, of: value) { StoredObject.text(member, in: bytes(at: $0)) }
        postings[slot] = changed
    }

    private mutating func remove(_ position: Int, from value: String, slot: Int) {
        let member = indexedMembers[slot]
        var changed = postings[slot]
        postings[slot] = Postings()
        changed.remove(position, of: value) { StoredObject.text(member, in: bytes(at: $0)) }
        postings[slot] = changed
    }
}

extension ObjectCollection: RandomAccessCollection, ExpressibleByArrayLiteral {
    init(arrayLiteral elements: StoredObject...) {
        self.init(indexedMembers: [])
        for element in elements { insert(element) }
    }

    var startIndex: Int { 0 }
    var endIndex: Int { records.count }

    subscript(position: Int) -> StoredObject {
        let record = records[position]
        var object = StoredObject(
            id: names.string(at: record.id), created: record.created, bytes: texts.text(at: record.text))
        object.isDeleted = record.isDeleted
        object.isSpent = record.isSpent
        object.isSetUp = record.isSetUp
        object.owner = record.owner.map { names.string(at: $0) }
        object.card = record.card
        return object
    }
}
