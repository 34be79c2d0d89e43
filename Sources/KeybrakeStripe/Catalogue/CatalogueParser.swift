/// Reads the text of the catalogue: one fact per line, in five kinds of lines, each of which builds on those before.
///
///     V 2026-05-27.dahlia                 the API version
///     H 3a1f…                             the SHA-256 of Stripe's document, canonically written
///     E exempt none reverse               an enumeration; the lines count from 0
///     O amount!:i metadata:~{s            an object: its fields; the lines count from 0, equal objects are one line
///     R charge o1204                      a resource and its type
///     P POST /v1/charges PostCharges f create:charge charge charge o17 @charge amount=amount currency=currency
///                                         an operation: verb, path, ID, body (- none, f form, j JSON, m multipart),
///                                         action and resource, money class, meter, parameters, answer, then what
///                                         has a name: amount currency reading otherwise unless (see ``AmountRule``;
///                                         sums are joined by `+`, alternatives by `|`), host, deprecated
///
/// A field is a name, `!` when required, a colon and a type. A type begins with `?` when `null` is allowed and `~` when
/// the empty string is, and goes on with
///
///     *  anything     b  boolean      B  only true     i  integer    t  Unix time    n  number
///     s  text         s40 at most 40 characters        S  at most 5,000
///     c  currency     d  decimal      D  date-time     l  64-bit integer in a text   x  binary
///     u/v1/a/*/b      the path of a list               =word  just that word
///     e7  enumeration 7               E7  the same, open                E7.500  open, at most 500 characters
///     o7  object 7    @charge  a resource              <a|b>  an ID, or the resource a or b when expanded
///     [T  array       {T  map         (T|T)  one of several types
struct CatalogueParser {
    /// What is wrong with the text. It is part of the program, so only a fault in the generator shows it.
    struct Failure: Error, Equatable {
        let line: Int
        let reason: String
    }

    var cursor: CatalogueCursor
    private(set) var apiVersion = ""
    private(set) var specHash = ""
    private(set) var enumerations: [[String]] = []
    private(set) var objects: [ObjectShape] = []
    private(set) var resources: [ResourceShape] = []
    private(set) var operations: [Operation] = []

    /// Takes in every line.
    mutating func parse() throws(Failure) {
        while !cursor.isAtEnd {
            try line()
            guard cursor.take(UInt8(ascii: "\n")) || cursor.isAtEnd else { throw cursor.failure("more on the line") }
        }
    }

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        cursor = CatalogueCursor(bytes)
        objects.reserveCapacity(2_500)
        operations.reserveCapacity(640)
    }

    private mutating func line() throws(Failure) {
        let kind = cursor.next()
        switch kind {
        case UInt8(ascii: "V"): apiVersion = try word()
        case UInt8(ascii: "H"): specHash = try word()
        case UInt8(ascii: "E"): enumerations.append(try words())
        case UInt8(ascii: "O"): objects.append(ObjectShape(number: objects.count, fields: try fields()))
        case UInt8(ascii: "R"): resources.append(ResourceShape(name: try word(), type: try spacedType()))
        case UInt8(ascii: "P"): operations.append(Operation(try operation(), index: operations.count))
        default: throw cursor.failure("unknown kind of line")
        }
    }

    private mutating func word() throws(Failure) -> String {
        guard cursor.take(UInt8(ascii: " ")) else { throw cursor.failure("word missing") }
        return cursor.text { $0 > 0x20 }
    }

    private mutating func words() throws(Failure) -> [String] {
        var words: [String] = []
        while cursor.peek == UInt8(ascii: " ") { words.append(try word()) }
        return words
    }

    private mutating func spacedType() throws(Failure) -> TypeShape {
        guard cursor.take(UInt8(ascii: " ")) else { throw cursor.failure("type missing") }
        return try type()
    }

    private mutating func fields() throws(Failure) -> [FieldShape] {
        var fields: [FieldShape] = []
        while cursor.take(UInt8(ascii: " ")) {
            let name = cursor.text { $0 > 0x20 && $0 != UInt8(ascii: ":") && $0 != UInt8(ascii: "!") }
            let isRequired = cursor.take(UInt8(ascii: "!"))
            guard cursor.take(UInt8(ascii: ":")) else { throw cursor.failure("colon missing") }
            let isNullable = cursor.take(UInt8(ascii: "?"))
            let acceptsEmpty = cursor.take(UInt8(ascii: "~"))
            fields.append(
                FieldShape(
                    name: name, type: try form(), isRequired: isRequired, isNullable: isNullable,
                    acceptsEmpty: acceptsEmpty))
        }
        return fields
    }

    /// A type with its marks.
    mutating func type() throws(Failure) -> TypeShape {
        if cursor.take(UInt8(ascii: "?")) { return .nullable(try type()) }
        if cursor.take(UInt8(ascii: "~")) { return .emptyOr(try type()) }
        return try form()
    }

    private mutating func form() throws(Failure) -> TypeShape {
        switch cursor.next() {
        case UInt8(ascii: "*"): return .any
        case UInt8(ascii: "b"): return .boolean
        case UInt8(ascii: "B"): return .alwaysTrue
        case UInt8(ascii: "i"): return .integer
        case UInt8(ascii: "t"): return .unixTime
        case UInt8(ascii: "n"): return .number
        case UInt8(ascii: "["): return .array(of: try type())
        case UInt8(ascii: "{"): return .map(of: try type())
        case UInt8(ascii: "("): return .anyOf(try alternatives())
        case UInt8(ascii: "@"): return .resource(name())
        case UInt8(ascii: "<"): return .expandable(try names())
        case UInt8(ascii: "o"): return .object(try object())
        case UInt8(ascii: "e"): return .enumeration(try enumeration(isOpen: false))
        case UInt8(ascii: "E"): return .enumeration(try enumeration(isOpen: true))
        case UInt8(ascii: "="):
            return .enumeration(Enumeration(values: [name()], isOpen: false, lengthMax: nil, number: nil))
        case let byte: return .string(try string(byte))
        }
    }

    private mutating func string(_ code: UInt8?) throws(Failure) -> StringShape {
        switch code {
        case UInt8(ascii: "s"): StringShape(format: nil, lengthMax: cursor.number())
        case UInt8(ascii: "S"): StringShape(format: nil, lengthMax: 5_000)
        case UInt8(ascii: "c"): StringShape(format: .currency, lengthMax: nil)
        case UInt8(ascii: "d"): StringShape(format: .decimal, lengthMax: nil)
        case UInt8(ascii: "D"): StringShape(format: .dateTime, lengthMax: nil)
        case UInt8(ascii: "l"): StringShape(format: .integer64, lengthMax: nil)
        case UInt8(ascii: "x"): StringShape(format: .binary, lengthMax: nil)
        case UInt8(ascii: "u"): StringShape(format: .listPath(name()), lengthMax: nil)
        default: throw cursor.failure("unknown type")
        }
    }

    /// A name inside a type: up to a blank or a mark that ends an alternative.
    private mutating func name() -> String {
        cursor.text { $0 > 0x20 && $0 != UInt8(ascii: "|") && $0 != UInt8(ascii: ")") && $0 != UInt8(ascii: ">") }
    }

    private mutating func names() throws(Failure) -> [String] {
        var names = [name()]
        while cursor.take(UInt8(ascii: "|")) { names.append(name()) }
        guard cursor.take(UInt8(ascii: ">")) else { throw cursor.failure("> missing") }
        return names
    }

    private mutating func alternatives() throws(Failure) -> [TypeShape] {
        var types = [try type()]
        while cursor.take(UInt8(ascii: "|")) { types.append(try type()) }
        guard cursor.take(UInt8(ascii: ")")) else { throw cursor.failure(") missing") }
        return types
    }

    private mutating func object() throws(Failure) -> ObjectShape {
        guard let number = cursor.number(), number < objects.count else { throw cursor.failure("unknown object") }
        return objects[number]
    }

    private mutating func enumeration(isOpen: Bool) throws(Failure) -> Enumeration {
        guard let number = cursor.number(), number < enumerations.count else {
            throw cursor.failure("unknown enumeration")
        }
        let lengthMax = cursor.take(UInt8(ascii: ".")) ? cursor.number() : nil
        return Enumeration(values: enumerations[number], isOpen: isOpen, lengthMax: lengthMax, number: number)
    }

    private mutating func operation() throws(Failure) -> OperationLine {
        guard let verb = Verb(text: try word()) else { throw cursor.failure("unknown verb") }
        let path = try word()
        let id = try word()
        let bodyEncoding = try bodyEncoding()
        let action = try action()
        guard let moneyClass = MoneyClass(rawValue: try word()) else { throw cursor.failure("unknown money class") }
        guard let meter = Meter(rawValue: try word()) else { throw cursor.failure("unknown meter") }
        guard case .object(let parameters) = try spacedType() else { throw cursor.failure("parameters missing") }
        var line = OperationLine(
            verb: verb, path: path, id: id, bodyEncoding: bodyEncoding, action: action, moneyClass: moneyClass,
            meter: meter, amountRule: .none, parameters: parameters, response: try spacedType(),
            host: OperationLine.defaultHost, isDeprecated: false)
        for word in try words() {
            guard line.apply(word) else { throw cursor.failure("unknown fact \(word)") }
        }
        return line
    }

    private mutating func bodyEncoding() throws(Failure) -> BodyEncoding {
        switch try word() {
        case "-": .none
        case "f": .form
        case "j": .json
        case "m": .multipart
        default: throw cursor.failure("unknown body encoding")
        }
    }

    private mutating func action() throws(Failure) -> OperationAction {
        guard cursor.take(UInt8(ascii: " ")),
            let form = OperationAction.Form(rawValue: cursor.text { $0 > 0x20 && $0 != UInt8(ascii: ":") }),
            cursor.take(UInt8(ascii: ":"))
        else { throw cursor.failure("unknown action") }
        let resource = name()
        return OperationAction(form: form, resource: resource == "-" ? nil : resource)
    }
}
