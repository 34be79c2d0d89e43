internal import KeybrakeCrypto

/// Reads one export file of whatever kind into the books.
enum ExportReader {
    /// Reads the file at `path`. What is wrong with it becomes a problem in the books; nothing is thrown.
    static func read(path: String, into books: Books, showsProgress: Bool) {
        let name = baseName(path)
        let index = books.files.count
        books.files.append(InputFile(name: name))
        books.layouts.append(RecordLayout(path: path))
        do throws(InputFailure) {
            var source = try ByteSource(path: path)
            books.files[index].sizeBytes = source.sizeBytes
            try read(&source, index: index, books: books, showsProgress: showsProgress)
            books.files[index].sha256 = try source.digest().description
        } catch {
            refuse(index, books, error.description, sample: nil)
        }
    }

    private static func read(
        _ source: inout ByteSource, index: Int, books: Books, showsProgress: Bool
    ) throws(InputFailure) {
        _ = try source.more()
        var progress = Progress(label: "reading \(books.files[index].name)", isShown: showsProgress)
        defer { progress.finish() }
        switch ExportSniffer.judge(source.window) {
        case .json:
            var reader = ChargeListReader(books: books, fileIndex: index)
            try reader.readAll(&source, progress: &progress)
        case .payments(let delimiter):
            var reader = try PaymentsReader(books: books, fileIndex: index, delimiter: delimiter, source: &source)
            try reader.readAll(&source, progress: &progress)
        case .refused(let reason):
            refuse(index, books, reason, sample: String(decoding: source.window.prefix(80), as: UTF8.self))
        }
    }

    private static func refuse(_ index: Int, _ books: Books, _ reason: String, sample: String?) {
        books.files[index].state = .refused
        books.problems.append(
            ReadingProblem(
                check: .unreadableInput, file: books.files[index].name, line: nil, offset: nil, text: reason,
                sample: sample))
    }

    /// The last component of a path.
    static func baseName(_ path: String) -> String {
        path.split(separator: "/").last.map(String.init) ?? path
    }
}
