internal import CLibXML2

/// Writes XML, or HTML in XML's manner, through libxml2, which escapes every text and attribute.
final class MarkupWriter {
    private let buffer: xmlBufferPtr
    private let writer: xmlTextWriterPtr
    private var openNames: [String] = []

    init() {
        guard let buffer = xmlBufferCreate(), let writer = xmlNewTextWriterMemory(buffer, 0) else {
            preconditionFailure("no memory for a report")
        }
        self.buffer = buffer
        self.writer = writer
    }

    deinit {
        xmlFreeTextWriter(writer)
        xmlBufferFree(buffer)
    }

    /// Writes the XML declaration.
    func declaration() {
        xmlTextWriterStartDocument(writer, nil, "UTF-8", nil)
    }

    /// Opens an element.
    func start(_ name: String, _ attributes: [(String, String)] = []) {
        xmlTextWriterStartElement(writer, name)
        for (attribute, value) in attributes { xmlTextWriterWriteAttribute(writer, attribute, SafeText.clean(value)) }
        openNames.append(name)
    }

    /// Closes the element opened last, with an end tag even when it is empty.
    func end() {
        xmlTextWriterFullEndElement(writer)
        openNames.removeLast()
    }

    /// Writes an element that has no content and, in HTML, no end tag.
    func void(_ name: String, _ attributes: [(String, String)] = []) {
        xmlTextWriterStartElement(writer, name)
        for (attribute, value) in attributes { xmlTextWriterWriteAttribute(writer, attribute, SafeText.clean(value)) }
        xmlTextWriterEndElement(writer)
    }

    /// Writes text.
    func text(_ text: String) {
        guard !text.isEmpty else { return }
        xmlTextWriterWriteString(writer, SafeText.clean(text))
    }

    /// Writes an element around content.
    func element(_ name: String, _ attributes: [(String, String)] = [], content: () -> Void) {
        start(name, attributes)
        content()
        end()
    }

    /// Writes an element with text in it.
    func element(_ name: String, _ text: String) {
        element(name, [], text)
    }

    /// Writes an element with text in it.
    func element(_ name: String, _ attributes: [(String, String)], _ text: String) {
        start(name, attributes)
        self.text(text)
        end()
    }

    /// Writes text of our own as it is: the style sheet, the script, line breaks between elements.
    func raw(_ text: String) {
        xmlTextWriterWriteRaw(writer, text)
    }

    /// Closes what is open and gives all that was written.
    func finish() -> [UInt8] {
        while !openNames.isEmpty { end() }
        xmlTextWriterFlush(writer)
        let count = Int(xmlBufferLength(buffer))
        guard let content = xmlBufferContent(buffer) else { return [] }
        return Array(UnsafeBufferPointer(start: content, count: count))
    }
}
