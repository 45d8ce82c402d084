//! A browser without a window: it opens a page from a file, and takes down whatever the page
//! complains of or asks the network for. Debian calls the program `chromium`; CHROME names another.

use anyhow::{Context, Result};
use headless_chrome::browser::tab::Tab;
use headless_chrome::browser::tab::point::Point;
use headless_chrome::protocol::cdp::types::Event;
use headless_chrome::protocol::cdp::{Emulation, Log, Network, Page};
use headless_chrome::{Browser, LaunchOptions};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// How long a page may take to say that it is ready, on the slowest machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// The root of the project.
pub(crate) fn root() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = here.ancestors();
    folders.nth(2).expect("the package lies in the project")
}

/// A file that is a test's own.
pub(crate) fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}

/// Has the runner write the page of a run; the fixture of mistakes makes `mistake`. What became of
/// the run is none of a page's business.
pub(crate) fn view(words: &[&str], mistake: &str, name: &str) -> Result<PathBuf> {
    let page = file(name);
    let output = Command::new(env!("CARGO"))
        .current_dir(root())
        .args(["run", "-q", "-p", "labs", "--", "view"])
        .args(words)
        .arg("-o")
        .arg(&page)
        .env("RAFTLAB_MISTAKE", mistake)
        .env_remove("CARGO_TARGET_DIR")
        .output()?;
    let told = String::from_utf8_lossy(&output.stderr);
    anyhow::ensure!(
        matches!(output.status.code(), Some(0 | 1)),
        "{words:?}: {told}"
    );
    Ok(page)
}

/// A page that is open.
pub(crate) struct Open {
    tab: Arc<Tab>,
    heard: Arc<Mutex<Vec<String>>>,
    /// Ends with this.
    _browser: Browser,
}

/// Opens a page in a window of 1280 × 900, and waits until it is ready.
pub(crate) fn open(page: &Path) -> Result<Open> {
    let program = std::env::var_os("CHROME").unwrap_or_else(|| "/usr/bin/chromium".into());
    let options = LaunchOptions::default_builder()
        .path(Some(PathBuf::from(program)))
        .sandbox(false)
        .window_size(Some((1280, 900)))
        .args(vec![
            OsStr::new("--hide-scrollbars"),
            OsStr::new("--disable-gpu"),
        ])
        .idle_browser_timeout(PATIENCE)
        .build()?;
    let browser = Browser::new(options).context("is there a browser? CHROME names it")?;
    let tab = browser.new_tab()?;
    tab.set_default_timeout(PATIENCE);
    let heard: Arc<Mutex<Vec<String>>> = Arc::default();
    let notes = heard.clone();
    tab.add_event_listener(Arc::new(move |event: &Event| {
        let told = match event {
            Event::LogEntryAdded(said) => Some(complaint(&said.params.entry)),
            Event::RuntimeExceptionThrown(thrown) => {
                Some(format!("{:?}", thrown.params.exception_details))
            }
            Event::NetworkRequestWillBeSent(sent) => Some(sent.params.request.url.clone()),
            _ => None,
        };
        if let (Some(told), Ok(mut notes)) = (told, notes.lock()) {
            notes.push(told);
        }
    }))?;
    tab.enable_log()?.enable_runtime()?;
    tab.call_method(Network::Enable {
        max_total_buffer_size: None,
        max_resource_buffer_size: None,
        max_post_data_size: None,
        report_direct_socket_traffic: None,
        enable_durable_messages: None,
    })?;
    let open = Open {
        tab,
        heard,
        _browser: browser,
    };
    open.tab
        .navigate_to(&format!("file://{}", page.display()))?;
    open.tab.wait_for_element("html[data-ready]")?;
    Ok(open)
}

fn complaint(entry: &Log::LogEntry) -> String {
    format!("{:?}: {}", entry.level, entry.text)
}

impl Open {
    /// What a script in the page says, as text.
    pub(crate) fn ask(&self, script: &str) -> Result<String> {
        let answer = self.tab.evaluate(&format!("String({script})"), true)?;
        let text = answer
            .value
            .and_then(|value| Some(value.as_str()?.to_string()));
        text.with_context(|| format!("{script} says nothing: {:?}", answer.description))
    }

    /// The text of the element with this id.
    pub(crate) fn text(&self, id: &str) -> Result<String> {
        self.ask(&format!("document.getElementById('{id}').textContent"))
    }

    pub(crate) fn press(&self, key: &str) -> Result<()> {
        self.tab.press_key(key)?;
        self.settle()
    }

    pub(crate) fn type_into(&self, selector: &str, text: &str) -> Result<()> {
        self.tab.find_element(selector)?.click()?;
        self.tab.type_str(text)?;
        self.settle()
    }

    pub(crate) fn hover(&self, x: f64, y: f64) -> Result<()> {
        self.tab.move_mouse_to_point(Point { x, y })?;
        self.settle()
    }

    /// Waits until what was asked for has been drawn.
    fn settle(&self) -> Result<()> {
        let frames =
            "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))";
        self.tab.evaluate(frames, true)?;
        Ok(())
    }

    /// What is seen, as PNG.
    pub(crate) fn shot(&self) -> Result<Vec<u8>> {
        let format = Page::CaptureScreenshotFormatOption::Png;
        self.tab.capture_screenshot(format, None, None, true)
    }

    pub(crate) fn pdf(&self) -> Result<Vec<u8>> {
        self.tab.print_to_pdf(None)
    }

    /// Shows the page as it is on paper.
    pub(crate) fn on_paper(&self) -> Result<()> {
        self.tab
            .evaluate("window.dispatchEvent(new Event('beforeprint'))", false)?;
        self.tab.call_method(Emulation::SetEmulatedMedia {
            media: Some("print".into()),
            features: None,
        })?;
        self.settle()
    }

    /// The page has complained of nothing, and asked nobody for anything but itself.
    pub(crate) fn is_content(&self) -> Result<()> {
        let heard = self.heard.lock().expect("nobody panicked with it");
        let others: Vec<&String> = heard.iter().skip(1).collect();
        anyhow::ensure!(
            heard.first().is_some_and(|url| url.starts_with("file://")) && others.is_empty(),
            "{heard:?}"
        );
        Ok(())
    }
}
