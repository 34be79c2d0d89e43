internal import KeybrakeStripe

/// One page of a list, newest first.
struct ListPage: Sendable {
    /// The path of the list, as `url` shows it.
    let url: String
    var elements: [[UInt8]]
    var hasMore: Bool
    /// How the second API shows where the neighbouring pages are; `nil` for a page of the first.
    var neighbours: PageAddresses?

    static func empty(url: String) -> ListPage {
        ListPage(url: url, elements: [], hasMore: false)
    }

    /// The list object.
    var bytes: [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(elements.reduce(120) { $0 + $1.count + 1 })
        text.append(contentsOf: neighbours == nil ? "{\"object\":\"list\",\"data\":[".utf8 : "{\"data\":[".utf8)
        for (index, element) in elements.enumerated() {
            if index > 0 { text.append(UInt8(ascii: ",")) }
            text.append(contentsOf: element)
        }
        if let neighbours {
            text.append(contentsOf: "],\"next_page_url\":".utf8)
            JSONWriter.append(optional: neighbours.next, to: &text)
            text.append(contentsOf: ",\"previous_page_url\":".utf8)
            JSONWriter.append(optional: neighbours.previous, to: &text)
            text.append(UInt8(ascii: "}"))
            return text
        }
        text.append(contentsOf: "],\"has_more\":".utf8)
        text.append(contentsOf: (hasMore ? "true" : "false").utf8)
        text.append(contentsOf: ",\"url\":".utf8)
        JSONWriter.append(string: url, to: &text)
        text.append(UInt8(ascii: "}"))
        return text
    }
}

/// What a list call asks for: how many, from where.
struct PageRequest: Sendable {
    static let limitMax: Int64 = 100
    static let limitDefault: Int64 = 10

    var limit: Int
    /// The cursors' ids.
    var startingAfter: String?
    var endingBefore: String?
    /// Whether the cursor came as the name of a page.
    private var hasToken = false

    init(_ form: FormMap) throws(StripeError) {
        let limit = form.integer("limit") ?? Self.limitDefault
        guard limit >= 1 else { throw .integerTooSmall("limit", minimum: 1) }
        guard limit <= Self.limitMax else {
            throw .coded(
                "parameter_invalid_integer", "This value must be less than or equal to \(Self.limitMax).",
                param: "limit")
        }
        self.limit = Int(limit)
        startingAfter = form.given("starting_after")
        endingBefore = form.given("ending_before")
        if let token = form.given("page") {
            let cursor = try PageAddresses.cursor(token)
            hasToken = true
            startingAfter = cursor.after
            endingBefore = cursor.before
        }
        if startingAfter != nil, endingBefore != nil {
            throw .invalid(
                "You can only specify one of `starting_after` and `ending_before`; please specify only one of these.",
                param: "starting_after")
        }
    }

    /// The positions on the page, newest first, and whether there are more beyond it.
    ///
    /// - Parameters:
    ///   - candidates: positions in ascending order, the oldest first.
    ///   - position: where the object with an id stands, or `nil`.
    ///   - noun: what an unknown cursor's object is called.
    func select<Candidates: RandomAccessCollection>(
        from order: Candidates, position: (String) -> Int?, noun: String, where matches: (Int) -> Bool
    ) throws(StripeError) -> (positions: [Int], hasMore: Bool)
    where Candidates.Element == Int, Candidates.Index == Int {
        if let id = endingBefore {
            guard let cursor = position(id) else {
                throw missing(noun, id: id, param: "ending_before")
            }
            let start = order.partitionIndex { $0 > cursor }
            let found = collect(order[start..<order.endIndex], matches)
            return (found.positions.reversed(), found.hasMore)
        }
        var end = order.endIndex
        if let id = startingAfter {
            guard let cursor = position(id) else {
                throw missing(noun, id: id, param: "starting_after")
            }
            end = order.partitionIndex { $0 >= cursor }
        }
        return collect(order[order.startIndex..<end].reversed(), matches)
    }

    private func missing(_ noun: String, id: String, param: String) -> StripeError {
        hasToken ? PageAddresses.unknown : .missing(noun, id: id, param: param, status: 400)
    }

    /// Refuses cursors where there is nothing that they could point at.
    func refuseCursors(noun: String) throws(StripeError) {
        if let id = startingAfter { throw missing(noun, id: id, param: "starting_after") }
        if let id = endingBefore { throw missing(noun, id: id, param: "ending_before") }
    }

    private func collect(_ positions: some Sequence<Int>, _ matches: (Int) -> Bool) -> (positions: [Int], hasMore: Bool)
    {
        var found: [Int] = []
        for position in positions where matches(position) {
            if found.count == limit { return (found, true) }
            found.append(position)
        }
        return (found, false)
    }
}
