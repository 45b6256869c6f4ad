/// A colour for each class of objects, the same in every picture.
enum ClassPalette {
    /// The colour of class `classID`, which may be any number; beyond the last colour they begin anew.
    static func colour(_ classID: Int) -> Colour {
        let number = classID % colours.count
        let code = colours[number < 0 ? number + colours.count : number]
        return Colour(red: UInt8(code >> 16), green: UInt8(code >> 8 & 0xFF), blue: UInt8(code & 0xFF))
    }

    /// Chosen by Scripts/class_palette.py, which says how, so that most people can tell them apart.
    private static let colours: [UInt32] = [
        0x1E_90FF, 0xFF_5A0F, 0xFF_87B4, 0xC3_F096, 0x96_4B96, 0xFF_E100, 0x78_2DFF, 0xA5_4B2D,
        0x00_FFFF, 0xB4_00C3, 0x78_C34B, 0xD2_A5FF, 0x2D_965A, 0x96_FF69, 0x1E_C369, 0xD2_4B87,
        0xC3_78C3, 0xFF_1EFF, 0xE1_1E00, 0xFF_B42D, 0x2D_69D2, 0x4B_E1A5, 0x96_78D2, 0xC3_783C,
        0xF0_7887, 0xC3_962D, 0xFF_96E1, 0x96_E169, 0xF0_0F5A, 0xB4_2D69, 0x5A_4BE1, 0x87_FFC3,
        0xB4_4BB4, 0xD2_69A5, 0xFF_5A96, 0x69_D269, 0xC3_87F0, 0xE1_F087, 0x87_690F, 0xA5_69F0,
        0xFF_964B, 0xC3_E14B, 0x0F_783C, 0xB4_2DFF, 0xE1_87E1, 0xC3_4B96, 0xF0_5AE1, 0x69_963C,
    ]
}
