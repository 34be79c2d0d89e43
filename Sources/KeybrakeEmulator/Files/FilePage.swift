internal import KeybrakeStripe

/// Where a file, or a link to one, can be downloaded.
enum FilePage {
    static func answer(_ visit: PageVisit, _ account: Account) -> EmulatorAnswer {
        guard !visit.isPost, visit.part == nil else { return PageAnswer.notFound }
        var id = visit.id
        if let link = account.store.object(FileLinks.kind, id: id)?.tree {
            guard !FileLinks.isOver(link, visit.cause.now) else {
                return PageAnswer.problem(410, "This link has expired", "Ask for a new one.")
            }
            id = link.text("file") ?? ""
        }
        guard let file = account.store.object(Files.kind, id: id)?.tree else { return PageAnswer.notFound }
        guard let bytes = account.fileContents[id] else {
            return PageAnswer.problem(
                404, "This file is not here any more", "The emulator keeps the contents of the latest files only.")
        }
        return PageAnswer.file(
            bytes, mediaType: Files.mediaType(file.text("type")), name: file.text("filename") ?? id)
    }
}
