/// Collects what is wrong with one file, without letting a thoroughly bad file fill the memory.
struct ReadingProblems {
    private let file: String
    private(set) var all: [ReadingProblem] = []
    private var kept: [Check: Int] = [:]
    /// Whether something is wrong that makes the file incomplete.
    private(set) var hasDamage = false

    init(file: String) {
        self.file = file
    }

    mutating func add(
        _ check: Check, line: Int64? = nil, offset: Int64? = nil, text: String, sample: String? = nil
    ) {
        if check == .truncated || check == .unreadableInput { hasDamage = true }
        kept[check, default: 0] += 1
        guard kept[check, default: 0] <= ReadingProblem.countMax else { return }
        all.append(
            ReadingProblem(check: check, file: file, line: line, offset: offset, text: text, sample: sample))
    }
}
