// Slack's names for the emoji an approval bot and the people around it use. An unknown name stays text.

const CHARACTERS = {
  "+1": "👍", "-1": "👎", alarm_clock: "⏰", arrow_down: "⬇️", arrow_left: "⬅️", arrow_right: "➡️", arrow_up: "⬆️",
  arrows_counterclockwise: "🔄", ballot_box_with_check: "☑️", bell: "🔔", blue_heart: "💙", bookmark: "🔖", bug: "🐛",
  bulb: "💡", calendar: "📆", chart_with_upwards_trend: "📈", clap: "👏", clipboard: "📋", closed_lock_with_key: "🔐",
  credit_card: "💳", cry: "😢", dollar: "💵", double_vertical_bar: "⏸️", envelope: "✉️", eyes: "👀", exclamation: "❗",
  fire: "🔥", gear: "⚙️", grey_exclamation: "❕", grey_question: "❔", hand: "✋", heart: "❤️", heavy_check_mark: "✔️", heavy_multiplication_x: "✖️",
  hourglass: "⌛", hourglass_flowing_sand: "⏳", information_source: "ℹ️", joy: "😂", key: "🔑", label: "🏷️",
  large_blue_circle: "🔵", large_green_circle: "🟢", large_orange_circle: "🟠", large_red_circle: "🔴", large_yellow_circle: "🟡",
  link: "🔗", lock: "🔒", mag: "🔍", memo: "📝", money_with_wings: "💸", moneybag: "💰", mute: "🔇", negative_squared_cross_mark: "❎",
  no_entry: "⛔", no_entry_sign: "🚫", octagonal_sign: "🛑", ok: "🆗", ok_hand: "👌", package: "📦", page_facing_up: "📄",
  pencil2: "✏️", pray: "🙏", pushpin: "📌", question: "❓", raised_hand: "✋", raising_hand: "🙋", receipt: "🧾",
  recycle: "♻️", red_circle: "🔴", repeat: "🔁", robot_face: "🤖", rocket: "🚀", rotating_light: "🚨", scales: "⚖️",
  scroll: "📜", see_no_evil: "🙈", shield: "🛡️", shrug: "🤷", skull: "💀", slightly_smiling_face: "🙂", smile: "😄", smiley: "😃",
  sparkles: "✨", speech_balloon: "💬", star: "⭐", stop_sign: "🛑", stopwatch: "⏱️", tada: "🎉", test_tube: "🧪",
  thinking_face: "🤔", thread: "🧵", thumbsdown: "👎", thumbsup: "👍", timer_clock: "⏲️", unlock: "🔓", warning: "⚠️",
  wastebasket: "🗑️", wave: "👋", white_check_mark: "✅", white_circle: "⚪", wrench: "🔧", writing_hand: "✍️", x: "❌", zap: "⚡", zzz: "💤",
};

export const emojiFor = (name) => CHARACTERS[name.replace(/::skin-tone-\d$/, "")] ?? null;
