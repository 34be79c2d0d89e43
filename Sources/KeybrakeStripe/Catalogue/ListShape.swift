/// A page of objects: `data`, with `has_more` (version 1) or the URLs of the neighbouring pages (version 2).
package struct ListShape: Sendable, Equatable {
    /// What `data` holds.
    package let element: TypeShape
    /// The path in `url`, in which `*` stands for an ID; `nil` when the document does not state it.
    package let path: String?
    /// Whether this is a search result, which pages by `next_page` and not by object ID.
    package let isSearch: Bool
}

extension ObjectShape {
    /// The shape of the pages, when objects of this shape are pages of a list.
    package var list: ListShape? {
        guard case .array(let element)? = field("data")?.type,
            field("has_more") != nil || field("next_page_url") != nil
        else { return nil }
        var path: String?
        if case .string(let url)? = field("url")?.type, case .listPath(let stated)? = url.format { path = stated }
        return ListShape(element: element, path: path, isSearch: objectName == "search_result")
    }
}
