internal import KeybrakeStripe

/// All objects of one kind in the order of their making, found by id, and by the values of a few members.
struct ObjectCollection: Sendable {
    private(set) var objects: [StoredObject] = []
    private var positions: [String: Int32] = [:]
    private var postings: [[String: Postings]]
    /// The string members by which lists can be narrowed without a scan.
    let indexedMembers: [String]
    /// Whether objects lie in the order of their `created`, which imported ones need not.
    private(set) var isInOrderOfTime = true

    init(indexedMembers: [String]) {
        self.indexedMembers = indexedMembers
        postings = Array(repeating: [:], count: indexedMembers.count)
    }

    var count: Int { objects.count }

    func position(of id: String) -> Int? {
        positions[id].map(Int.init)
    }

    /// The positions of the objects whose member has that value, oldest first; `nil` when the member is not indexed.
    func positions(where member: String, is value: String) -> [Int32]? {
        guard let index = indexedMembers.firstIndex(of: member) else { return nil }
        return postings[index][value]?.positions ?? []
    }

    /// Adds an object at the end, or puts it in the place of the one with its id.
    ///
    /// - Parameter tree: the object's contents, when they are at hand: reading members off it is cheaper.
    @discardableResult
    mutating func insert(_ object: StoredObject, tree: JSONObject? = nil) -> Int {
        if let position = positions[object.id] {
            unindex(at: Int(position))
            objects[Int(position)] = object
            index(at: Int(position))
            return Int(position)
        }
        if let last = objects.last, last.created > object.created { isInOrderOfTime = false }
        objects.append(object)
        let position = objects.count - 1
        positions[object.id] = Int32(truncatingIfNeeded: position)
        guard let tree else {
            index(at: position)
            return position
        }
        for (slot, member) in indexedMembers.enumerated() {
            if let value = tree.text(member) { add(position, to: value, slot: slot) }
        }
        return position
    }

    /// Gives an object new contents.
    mutating func update(at position: Int, bytes: [UInt8]) {
        guard !indexedMembers.isEmpty else {
            objects[position].bytes = bytes
            return
        }
        for (slot, member) in indexedMembers.enumerated() {
            let old = objects[position].text(member)
            let new = StoredObject.text(member, in: bytes)
            guard old != new else { continue }
            if let old { remove(position, from: old, slot: slot) }
            if let new { add(position, to: new, slot: slot) }
        }
        objects[position].bytes = bytes
    }

    mutating func spend(at position: Int) {
        objects[position].isSpent = true
    }

    mutating func setUp(at position: Int) {
        objects[position].isSetUp = true
    }

    /// Takes an object out of all lists; retrieving it answers the given text.
    mutating func delete(at position: Int, answering bytes: [UInt8]) {
        unindex(at: position)
        objects[position].bytes = bytes
        objects[position].isDeleted = true
    }

    private mutating func index(at position: Int) {
        for (slot, member) in indexedMembers.enumerated() {
            if let value = objects[position].text(member) { add(position, to: value, slot: slot) }
        }
    }

    private mutating func unindex(at position: Int) {
        for (slot, member) in indexedMembers.enumerated() {
            if let value = objects[position].text(member) { remove(position, from: value, slot: slot) }
        }
    }

    private mutating func add(_ position: Int, to value: String, slot: Int) {
        let position = Int32(truncatingIfNeeded: position)
        postings[slot][value, default: .one(position)].insert(position)
    }

    private mutating func remove(_ position: Int, from value: String, slot: Int) {
        postings[slot][value] = postings[slot][value]?.removing(Int32(truncatingIfNeeded: position))
    }
}
