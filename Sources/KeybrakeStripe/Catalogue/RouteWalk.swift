/// Where a path has led so far, and which of its segments stand for parameters.
struct RouteWalk {
    /// How many parameters one path may have.
    static let parametersMax = 8

    var node = 0
    private(set) var count = 0
    private var starts = SIMD8<Int32>()
    private var ends = SIMD8<Int32>()
    private var parents = SIMD8<Int32>()

    /// Takes a segment as a parameter; false when there are too many.
    mutating func take(_ segment: Range<Int>, child: Int) -> Bool {
        guard count < Self.parametersMax else { return false }
        starts[count] = Int32(segment.lowerBound)
        ends[count] = Int32(segment.upperBound)
        parents[count] = Int32(node)
        count += 1
        node = child
        return true
    }

    /// Where the bytes of a parameter are.
    func segment(_ index: Int) -> Range<Int> { Int(starts[index])..<Int(ends[index]) }

    /// The node at which a parameter stood.
    func parent(_ index: Int) -> Int { Int(parents[index]) }
}
