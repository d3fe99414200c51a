// Runs the sketch once.
#include "Arduino.h"
#include SKETCH

int main() {
  setup();
  loop();
}
