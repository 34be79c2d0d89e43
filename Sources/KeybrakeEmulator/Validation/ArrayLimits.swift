internal import KeybrakeStripe

/// How many elements the lists among the parameters may have; the catalogue does not say.
enum ArrayLimits {
    /// No list is longer, whatever it holds.
    static let elementsMax = 1_000

    /// - Throws: 400 that names the list.
    static func check(_ count: Int, path: String) throws(StripeError) {
        let limit = limits[path] ?? elementsMax
        guard count > limit else { return }
        throw .coded(
            "array_too_long", "Array too long: \(path) can have at most \(limit) elements, but you passed \(count).",
            param: path)
    }

    /// Stripe's documented limits, where the name of the parameter is enough to know them.
    private static let limits = [
        "images": 8, "line_items": 100, "marketing_features": 15, "phases": 10, "preferred_locales": 20,
        "optional_items": 10, "custom_fields": 4,
    ]
}
