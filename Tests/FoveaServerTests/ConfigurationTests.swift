import Testing

@testable import FoveaServer

@Suite struct ConfigurationTests {
    @Test("A flag wins over the environment, that over the file, that over the default")
    func precedence() throws {
        let file = (name: "fovea.conf", text: "port = 1\nqueue-capacity = 2 # enough\n\n# done\n")
        let environment = ["FOVEA_PORT": "3"]
        #expect(try Configuration(flags: [:], environment: [:]).port == 8080)
        #expect(try Configuration(flags: [:], environment: [:], file: file).port == 1)
        #expect(try Configuration(flags: [:], environment: environment, file: file).port == 3)
        let all = try Configuration(flags: ["port": "4"], environment: environment, file: file)
        #expect(all.port == 4)
        #expect(all.queueCapacity == 2)
    }

    @Test("Lines may end as on any system, and only a # that starts a word starts a comment")
    func lines() throws {
        let text = "\u{FEFF}# mine\r\nport = 5\r\ndata = /tmp/a#b # there\r\n"
        let configuration = try Configuration(flags: [:], environment: [:], file: ("f", text))
        #expect(configuration.port == 5)
        #expect(configuration.data == "/tmp/a#b")
    }

    @Test("What is wrong is named with where it stands and what would be right")
    func errors() {
        #expect(
            throws: ConfigurationError.invalidValue(
                source: "--port", value: "x", expected: "a whole number from 0 to 65535")
        ) {
            try Configuration(flags: ["port": "x"], environment: [:])
        }
        #expect(
            throws: ConfigurationError.invalidValue(source: "FOVEA_LOG_FORMAT", value: "xml", expected: "text or json")
        ) {
            try Configuration(flags: [:], environment: ["FOVEA_LOG_FORMAT": "xml"])
        }
        #expect(throws: ConfigurationError.unknownSetting(name: "prot", file: "f", line: 2)) {
            try Configuration(flags: [:], environment: [:], file: ("f", "host = ::1\nprot = 1"))
        }
        #expect(throws: ConfigurationError.malformedLine(file: "f", line: 1)) {
            try Configuration(flags: [:], environment: [:], file: ("f", "port 80"))
        }
    }

    @Test("Every setting takes back the text it shows", arguments: Configuration.settings.map(\.name))
    func roundTrip(name: String) throws {
        let setting = try #require(Configuration.settings.first { $0.name == name })
        let shown = setting.value(in: Configuration())
        let configuration = try Configuration(flags: [name: shown], environment: [:])
        #expect(setting.value(in: configuration) == shown)
    }
}
