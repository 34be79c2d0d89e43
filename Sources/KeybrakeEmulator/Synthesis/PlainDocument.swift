/// The document that stands for every PDF: one empty page.
enum PlainDocument {
    static let pdf = Array(
        """
        %PDF-1.4
        1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
        2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
        3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj
        trailer<</Root 1 0 R>>
        %%EOF

        """.utf8)

    /// What lenient worlds answer instead: the text that clients' own test suites compare it with.
    static let example = Array("Stripe binary response".utf8)
}
