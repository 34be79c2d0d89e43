internal import KeybrakeStripe

/// Where a file, or a link to one, can be downloaded.
enum FilePage {
    static func answer(_ visit: PageVisit, _ account: Account) -> EmulatorAnswer {
        guard !visit.isPost, visit.part == nil else { return PageAnswer.notFound }
        var id = visit.id
        if let link = account.store.object(.fileLink, id: id)?.tree {
            let end = link["expires_at"]?.integerValue ?? .max
            guard !link.flag("expired"), end > visit.cause.now else {
                return PageAnswer.problem(410, "This link has expired", "Ask for a new one.")
            }
            id = link.text("file") ?? ""
        }
        guard account.store.object(.file, id: id) != nil else { return PageAnswer.notFound }
        guard let contents = account.contents(of: id) else {
            return PageAnswer.problem(
                404, "This file is not here any more", "The emulator keeps the contents of the latest files only.")
        }
        return PageAnswer.file(contents.bytes, mediaType: contents.mediaType, name: contents.name)
    }
}
