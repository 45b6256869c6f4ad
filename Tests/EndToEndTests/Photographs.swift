import Foundation

/// The photographs of Tests/Fixtures/photos and what the reference pipeline says of them.
enum Photographs {
    struct Prediction: Decodable {
        let class_id: Int
        let score: Double
    }

    struct Reply: Decodable {
        let predictions: [Prediction]
    }

    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fixtures/photos")

    static func bytes(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: folder.appending(path: name)))
    }

    static func reference() throws -> [String: [Prediction]] {
        let data = try Data(contentsOf: folder.appending(path: "reference.json"))
        return try JSONDecoder().decode([String: [Prediction]].self, from: data)
    }

    static func predictions(_ answer: Client.Answer) throws -> [Prediction] {
        try JSONDecoder().decode(Reply.self, from: Data(answer.body)).predictions
    }
}
