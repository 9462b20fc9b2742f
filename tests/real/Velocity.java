import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.velocity.VelocityContext;
import org.apache.velocity.app.VelocityEngine;

/** Renders templates with the real Velocity: one in Base64 a line on standard input, one answer a line. */
public class Velocity {
    public static void main(String[] unused) throws Exception {
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, "US-ASCII"));
        PrintStream out = new PrintStream(System.out, true, "US-ASCII");
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String text = new String(Base64.getDecoder().decode(line), "UTF-8");
            StringWriter made = new StringWriter();
            String answer;
            try {
                engine().evaluate(values(), made, "template", text);
                answer = "+" + made;
            } catch (Exception problem) {
                answer = "-" + problem.getMessage();
            }
            out.println(Base64.getEncoder().encodeToString(answer.getBytes("UTF-8")));
        }
    }

    /** One for each template: an engine keeps the macros of those before. */
    private static VelocityEngine engine() {
        VelocityEngine engine = new VelocityEngine();
        engine.setProperty("runtime.log.logsystem.class", "org.apache.velocity.runtime.log.NullLogChute");
        engine.init();
        return engine;
    }

    private static VelocityContext values() {
        VelocityContext values = new VelocityContext();
        values.put("s", "text");
        values.put("e", "");
        values.put("z", Integer.valueOf(0));
        values.put("n", Integer.valueOf(3));
        values.put("d", Double.valueOf(1.5));
        values.put("t", Boolean.TRUE);
        values.put("f", Boolean.FALSE);
        values.put("l", new ArrayList<Object>(Arrays.asList("a", "b")));
        values.put("el", new ArrayList<Object>());
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("k", "v");
        values.put("m", map);
        return values;
    }
}
