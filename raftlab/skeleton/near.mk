# What is typed almost right is told before anything is built. Whoever includes this has listed what
# there is: TARGETS, and in VARIABLES what can be set.

# `nearest typed known…` prints the known word that is meant, if there is one.
define NEAREST
function distance(a, b,   i, j, least) {
	for (j = 0; j <= length(b); j++) row[0, j] = j
	for (i = 1; i <= length(a); i++) {
		row[i, 0] = i
		for (j = 1; j <= length(b); j++) {
			least = row[i - 1, j - 1] + (substr(a, i, 1) != substr(b, j, 1))
			if (row[i - 1, j] + 1 < least) least = row[i - 1, j] + 1
			if (row[i, j - 1] + 1 < least) least = row[i, j - 1] + 1
			row[i, j] = least
		}
	}
	return row[length(a), length(b)]
}
function plain(word) {
	word = tolower(word)
	gsub(/[^a-z0-9]/, "", word)
	return word
}
BEGIN {
	best = 3
	for (k = 2; k < ARGC; k++) {
		far = distance(plain(ARGV[1]), plain(ARGV[k]))
		if (far < best && far < length(plain(ARGV[k])) - 1) { best = far; word = ARGV[k] }
	}
	print word
}
endef
nearest = $(shell awk $(call quote,$(NEAREST)) $(call quote,$(1)) $(2))

# Make gives a variable of any name a value, and takes some options of the runner for its own.
set = $(if $(findstring =,$(1)),$(firstword $(subst =, ,$(1))))
$(foreach word,$(filter-out $(VARIABLES),$(foreach one,$(MAKEOVERRIDES),$(call \
	set,$(one)))),$(foreach meant,$(call nearest,$(word),$(VARIABLES)),$(error \
	there is no $(word)=; did you mean $(meant)=)))
$(if $(filter --trace,$(MAKEFLAGS)),$(error make takes --trace for itself: ARGS=--trace))

# Whatever else was typed.
.DEFAULT:
	@meant="$(call nearest,$@,$(TARGETS))"; \
	echo "error: there is no target $@$${meant:+; did you mean make $$meant?} (make shows all)" >&2; \
	exit 2
