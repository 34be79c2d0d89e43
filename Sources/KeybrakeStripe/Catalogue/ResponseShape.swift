/// What an operation answers with, as a store that serves it needs to know.
package enum ResponseShape: Sendable, Equatable {
    /// One object of the resource.
    case resource(String)
    /// The note that an object is gone (`deleted_customer`).
    case deleted(String)
    /// One object of one of these resources, some of which may be deleted ones.
    case oneOf([String])
    /// A page of a list or of a search.
    case list(ListShape)
    /// An object that has no name.
    case object(ObjectShape)
    /// Bytes that are no JSON.
    case binary
}

extension Operation {
    /// What status 200 answers with.
    package func responseShape(in catalogue: Catalogue = .shared) -> ResponseShape {
        switch response {
        case .resource(let name): catalogue.responseShape(ofResource: name)
        case .object(let shape): shape.list.map { .list($0) } ?? .object(shape)
        case .string: .binary
        default: .oneOf(response.resources)
        }
    }
}

extension Catalogue {
    fileprivate func responseShape(ofResource name: String) -> ResponseShape {
        guard let resource = resource(name) else { return .resource(name) }
        if resource.isDeleted { return .deleted(name) }
        return resource.object?.list.map { .list($0) } ?? .resource(name)
    }
}
